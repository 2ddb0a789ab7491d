"""Writing anew the cells of a table that come from the code, and keeping those behind them, which people wrote."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tests.docs.pages import Row, cells, plain

MARKED: Final = re.compile(r"`[^`]+`(?:, `[^`]+`)*")
COLUMNS: Final = ("Column", "Value", "Meaning")
PARAMETERS: Final = ("Parameter", "Value", "Meaning")
HEADERS: Final = {1: ("Value", "Meaning"), 2: COLUMNS, 3: PARAMETERS}
"""Of a table that is not there yet, by how many of its cells come from the code."""
WIDER: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    (header[0], header[-1]): header for header in (COLUMNS, PARAMETERS)
}
"""Tables that lack a column which comes from the code."""


def refill(text: str, page: str, heading: str, told: Sequence[Row]) -> str:
    """The text of a page with these rows under a heading. Raises KeyError, saying what to do, without the heading."""
    lines = text.splitlines()
    begin, end = _section(lines, page, heading)
    table = [number for number in range(begin, end) if lines[number].startswith("|")]
    if not told and not table:
        return text
    if not table:
        lead = [""] if lines[end - 1] else []
        lines[end:end] = [*lead, _line(HEADERS[len(told[0])]), "", ""]
        table = [end + len(lead), end + len(lead) + 1]
    first, last = table[0], table[-1] + 1
    header, _, *written = [[each.strip() for each in cells(line)] for line in lines[first:last]]
    header = [*WIDER.get(tuple(header), header)]
    rows = _rows(told, [_widened(row, len(header)) for row in written], len(header))
    lines[first:last] = [_line(header), "|---" * len(header) + "|", *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _widened(row: Sequence[str], width: int) -> list[str]:
    """A row that lacks what comes from the code: behind its name stands what somebody wrote."""
    return [row[0], *[""] * (width - len(row)), *row[1:]]


def _section(lines: Sequence[str], page: str, heading: str) -> tuple[int, int]:
    """The lines below a heading, up to the next."""
    marks = [number for number, line in enumerate(lines) if line.startswith("#")]
    for mark, following in zip(marks, [*marks[1:], len(lines)], strict=True):
        if lines[mark].startswith("##") and plain(lines[mark].lstrip("# ")) == heading:
            return mark + 1, following
    raise KeyError(f"docs/{page} has no heading {heading!r}: write it, and a sentence under it, and try again.")


def _rows(told: Sequence[Row], written: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    known = {plain(row[0]): row for row in written}
    marked = [_is_marked([row[column] for row in written]) for column in range(width)]
    marked[0] = marked[0] or not written
    return [_row(each, known.get(each[0], ()), marked, width) for each in _ordered(told, list(known))]


def _is_marked(column: Sequence[str]) -> bool:
    """Whether its cells are code, the whole of each."""
    return all(MARKED.fullmatch(cell) for cell in column if cell) and any(column)


def _ordered(told: Sequence[Row], known: Sequence[str]) -> list[Row]:
    """In the order of the page; what is new stands behind what it stands behind in the code."""
    rows = {row[0]: row for row in told}
    order = [name for name in known if name in rows]
    for before, name in pairwise(["", *rows]):
        if name not in order:
            order.insert(order.index(before) + 1 if before else 0, name)
    return [rows[name] for name in order]


def _row(told: Row, known: Sequence[str], marked: Sequence[bool], width: int) -> list[str]:
    """A cell that says the same already stays as it is written; what is longer than it needs no further marks."""
    old = [*known, *[""] * (width - len(known))][:width]
    new = [
        before if plain(before) == cell else _marked(cell) if mark else cell.replace("|", "\\|")
        for cell, before, mark in zip(told, old, marked, strict=False)
    ]
    return [*new, *old[len(told) :]]


def _marked(cell: str) -> str:
    return ", ".join(f"`{part}`" for part in cell.replace("|", "\\|").split(", ")) if cell else cell


def _line(row: Sequence[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in row)
