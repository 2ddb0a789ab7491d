"""Taking merges back, exactly: what each of them changed, and nothing that anybody did since.

Merges may be taken back in any order, as long as the later ones do not rest on the earlier; else the sentence says
what to undo first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import ChangeType
from assay.kinds import TRAITS, Kind, identity_key
from assay.proposals.merge import sql
from assay.proposals.merge.edges import EDGE_TABLES, EdgeSet, Key
from assay.proposals.merge.fields import Values
from assay.proposals.merge.plan import WORDS
from assay.proposals.merge.sql import Item, StoredMerge
from assay.proposals.sql import decisions as proposal_sql

MAX_VALUE_CHARACTERS: Final = 60


@dataclass(slots=True)
class Undo:
    """Merges taken back one after the other, the last one first."""

    items: Mapping[UUID, Item]
    """Everything that the merges touched."""
    standing: dict[int, StoredMerge]
    """The merges in force near them that are not taken back (yet)."""
    edge_sets: Mapping[str, EdgeSet]
    accepted: list[StoredMerge] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)
    contents: dict[UUID, tuple[Kind, Values]] = field(default_factory=dict)
    _claims: dict[str, Counter[Key]] = field(default_factory=dict)
    """How many standing merges want each filing and link."""

    def __post_init__(self) -> None:
        for table in EDGE_TABLES:
            rows = [row for merge in self.standing.values() for row in merge.brought[table.name]]
            self._claims[table.name] = Counter(table.key_of(row) for row in rows)

    @property
    def renamed(self) -> list[UUID]:
        """The targets that say something else again."""
        return list({merge.target_id for merge in self.accepted if not WORDS.isdisjoint(merge.changed)})

    def take_back(self, merge: StoredMerge) -> None:
        """Takes a merge back, or notes why that cannot be."""
        refusal = self._gone(merge) or self._moved_on(merge) or self._overwritten(merge)
        if refusal:
            self.refused[merge.source_id] = refusal
            return
        self.accepted.append(merge)
        del self.standing[merge.id]
        if merge.changed:
            before = {name: change["before"] for name, change in merge.changed.items()}
            self.contents[merge.target_id] = merge.kind, {**self._values(merge.target_id), **before}
        for edge_set in self.edge_sets.values():
            self._restore(merge, edge_set)

    def _values(self, target: UUID) -> Values:
        return self.contents[target][1] if target in self.contents else self.items[target].values

    def _is_away(self, item: UUID) -> UUID | None:
        """Where an entity went that is not back yet."""
        back = {merge.source_id for merge in self.accepted if merge.of_entity}
        found = self.items.get(item)
        return found.merged_into if found and item not in back else None

    def _gone(self, merge: StoredMerge) -> str | None:
        if into := self._is_away(merge.target_id):
            return f"{_the(merge.kind, merge.target_id)} was itself merged into {into} since: undo that first."
        if not self.items[merge.target_id].is_live:
            back = {each.source_id for each in self.accepted if each.of_entity}
            if merge.target_id not in back:
                return f"{_the(merge.kind, merge.target_id)} was withdrawn since."
        return None

    def _moved_on(self, merge: StoredMerge) -> str | None:
        """What it was filed under or linked with went elsewhere since."""
        for end in _ends([merge]) - {merge.source_id, merge.target_id}:
            if into := self._is_away(end):
                item = self.items[end]
                return (
                    f"{_the(item.kind, end)}, with which it is connected, was merged into {into} since: "
                    "undo that first."
                )
        return None

    def _overwritten(self, merge: StoredMerge) -> str | None:
        """Somebody wrote since into a field that the merge wrote."""
        names = {column: name for name, column in TRAITS[merge.kind].fields.items()}
        later = [each for each in self.standing.values() if each.target_id == merge.target_id and each.id > merge.id]
        for column, change in merge.changed.items():
            name, now = names[column], self._values(merge.target_id)[column]
            if over := next((each for each in later if column in each.changed), None):
                return f"Since then {over.source} was merged into it and changed its {name}: undo that first."
            if now != change["after"]:
                return f"Its {name} was changed since, to {str(now)[:MAX_VALUE_CHARACTERS]!r}: change that back first."
        return None

    def _restore(self, merge: StoredMerge, edge_set: EdgeSet) -> None:
        claims = self._claims[edge_set.table.name]
        for row in merge.brought[edge_set.table.name]:
            key = edge_set.table.key_of(row)
            claims[key] -= 1
            if row["own"] and claims[key] <= 0 and key in edge_set.rows:
                edge_set.take_out(key)
        for row in merge.removed[edge_set.table.name]:
            key = edge_set.table.key_of(row)
            others = (self.items.get(end) for end in key[:2] if end != merge.source_id)
            if key not in edge_set.rows and all(other and (other.is_live or self._is_back(other)) for other in others):
                edge_set.put(key, edge_set.table.values_of(row))

    def _is_back(self, item: Item) -> bool:
        return any(merge.source_id == item.id for merge in self.accepted if merge.of_entity)


async def plan_undo(session: AsyncSession, merges: Sequence[StoredMerge]) -> Undo:
    """Works out how merges are taken back. Changes nothing."""
    ends = _ends(merges)
    items = await sql.items(session, ends)
    standing = await sql.merges_into(session, ends)
    refused: dict[UUID, str] = {}
    while True:
        edge_sets = await sql.edge_sets(session, [], ends)
        undo = Undo(items, {merge.id: merge for merge in standing}, edge_sets, refused=refused)
        for merge in sorted(merges, key=lambda each: -each.id):
            if merge.source_id not in refused:
                undo.take_back(merge)
        clashes = await _clashes(session, undo)
        if not clashes:
            return undo
        refused = {**undo.refused, **clashes}


async def _clashes(session: AsyncSession, undo: Undo) -> dict[UUID, str]:
    """The sources after whose return two live entities would say exactly the same."""
    back = {merge.source_id for merge in undo.accepted if merge.of_entity}
    now = {each: (undo.items[each].kind, undo.items[each].values) for each in back} | undo.contents
    keys: dict[tuple[Kind, str], UUID] = {}
    doubles: dict[UUID, UUID] = {}
    for entity, (kind, values) in now.items():
        key = kind, identity_key(kind, values["title"], values["body"])
        if keys.setdefault(key, entity) != entity:
            doubles[entity] = keys[key]
    doubles |= {keys[key]: twin for key, twin in (await proposal_sql.live_twins(session, keys, exclude=now)).items()}
    return {
        merge.source_id: f"{_the(merge.kind, doubles[entity])} says exactly the same by now as {entity} would again: "
        "merge or rename one of them first."
        for merge in undo.accepted
        for entity in (merge.source_id, merge.target_id)
        if entity in doubles
    }


async def carry_out_undo(session: AsyncSession, undo: Undo, actor: Actor, at: datetime, notes: str | None) -> None:
    """Does what was planned. The targets get their words back first, for a source may want its name again."""
    merges = undo.accepted
    if not merges:
        return
    await sql.rewrite(session, undo.contents)
    await sql.take_out(session, merges)
    sources = {merge.target_id: merge.source_id for merge in merges}
    sources |= {merge.source_id: merge.source_id for merge in merges if merge.of_entity}
    await proposal_sql.touch_entities(session, list(sources), at)
    await proposal_sql.write_revisions(session, sources, ChangeType.REVERTED, actor, at, notes)
    await sql.store(session, undo.edge_sets)
    await proposal_sql.delete_vectors(session, undo.renamed)
    await proposal_sql.mark_unchecked(session, [merge.target_id for merge in merges])
    await sql.note_undone(session, merges, actor, at)


def _ends(merges: Iterable[StoredMerge]) -> set[UUID]:
    """Everything that merges touched."""
    found = {each for merge in merges for each in (merge.source_id, merge.target_id)}
    for merge in merges:
        for table in EDGE_TABLES:
            for row in (*merge.brought[table.name], *merge.removed[table.name]):
                found.update(table.key_of(row)[:2])
    return found


def _the(kind: Kind, entity: UUID) -> str:
    return f"{kind.capitalize()} {entity}"
