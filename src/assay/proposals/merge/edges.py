"""Filings and links while they are moved from one entity to another, and back. Pure.

Both tables are one thing here: rows between two ends, of which a merge replaces one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

Key = tuple[Any, ...]
"""Both ends and, for a link, its type."""
Values = dict[str, Any]
Rows = dict[Key, Values]


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """The columns of a table that connects entities."""

    name: str
    sql_name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    types: str

    def key_of(self, row: Any) -> Key:
        """The key of a stored row, or of one that was noted as JSON."""
        ends = [row[name] for name in self.key[:2]]
        return *(each if isinstance(each, UUID) else UUID(each) for each in ends), *(row[n] for n in self.key[2:])

    def values_of(self, row: Any) -> Values:
        return {name: row[name] for name in self.values}

    def document(self, key: Key, rest: Values) -> Values:
        return {**dict(zip(self.key, key, strict=True)), **rest}


FILINGS: Final = EdgeTable(
    "filings",
    "topic_atoms",
    ("topic_id", "atom_id"),
    ("position", "note"),
    "topic_id uuid, atom_id uuid, position bigint, note text",
)
LINKS: Final = EdgeTable(
    "links",
    "atom_links",
    ("from_id", "to_id", "link_type"),
    ("strength",),
    "from_id uuid, to_id uuid, link_type text, strength float8",
)
EDGE_TABLES: Final = (FILINGS, LINKS)


@dataclass(slots=True)
class Moved:
    """What one merge did to a table."""

    brought: list[Values] = field(default_factory=list)
    removed: list[Values] = field(default_factory=list)
    dropped: list[Key] = field(default_factory=list)
    """Links between the two, which an entity cannot have with itself."""


@dataclass(slots=True)
class EdgeSet:
    """The rows near some entities as they are stored, and as they are to be."""

    table: EdgeTable
    rows: Rows
    owned: set[Key]
    """Rows that nobody but merges made."""
    ends_of_lists: dict[UUID, int]
    """The last position in each topic."""
    stored: Rows = field(default_factory=dict)
    _by_end: dict[UUID, set[Key]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, table: EdgeTable, stored: Iterable[Any], owned: Iterable[Any], ends_of_lists: dict[UUID, int]) -> Self:
        rows = {table.key_of(row): table.values_of(row) for row in stored}
        edge_set = cls(table, {}, {table.key_of(row) for row in owned}, dict(ends_of_lists), dict(rows))
        for key, values in rows.items():
            edge_set.put(key, values)
        return edge_set

    def move(self, source: UUID, target: UUID) -> Moved:
        """Gives every row of the source to the target. A row that the target has already is given up."""
        moved = Moved()
        for key in sorted(self._by_end[source], key=lambda each: (self.rows[each].get("position", 0), str(each))):
            values = self.take_out(key)
            moved.removed.append(self.table.document(key, values))
            new = (*(target if end == source else end for end in key[:2]), *key[2:])
            if new[0] == new[1]:
                moved.dropped.append(key)
                continue
            moves_to_another_list = "position" in values and new[0] != key[0]
            moved.brought.append(self.bring(new, {**values, "position": None} if moves_to_another_list else values))
        return moved

    def bring(self, key: Key, values: Values) -> Values:
        """Adds a row unless there is one, and returns what is to be remembered of it.

        A position of None is the end of the topic's list.
        """
        if key not in self.rows:
            self.owned.add(key)
            self.put(key, self._placed(key, values))
        return self.table.document(key, {"own": key in self.owned})

    def put(self, key: Key, values: Values) -> None:
        self.rows[key] = values
        for end in key[:2]:
            self._by_end[end].add(key)

    def take_out(self, key: Key) -> Values:
        for end in key[:2]:
            self._by_end[end].discard(key)
        return self.rows.pop(key, {})

    def to_delete(self) -> list[Values]:
        return [self.table.document(key, {}) for key, values in self.stored.items() if self.rows.get(key) != values]

    def to_insert(self) -> list[Values]:
        return [self.table.document(key, values) for key, values in self.rows.items() if self.stored.get(key) != values]

    def _placed(self, key: Key, values: Values) -> Values:
        if values.get("position", 0) is not None:
            return values
        self.ends_of_lists[key[0]] = self.ends_of_lists.get(key[0], 0) + 1
        return {**values, "position": self.ends_of_lists[key[0]]}
