"""Tables for people. An id or a name is never broken: what wraps is prose, and what does not fit becomes lines."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rich.cells import cell_len

from assay.cli.output import console, printable, say

PROSE: Final = frozenset(
    {"title", "text", "error", "meaning", "note", "what", "keywords", "result", "value", "stays in the queue, because"}
)
"""Columns that may wrap, at blanks."""
MIN_PROSE: Final = 24
"""Narrower than this nobody reads it."""
GAP: Final = 2

Cells = Sequence[str]


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, prose: Collection[str] = PROSE) -> None:
    """Prints a row a line, as wide as it is where no terminal limits it; on a terminal that is too narrow for what
    may not wrap, a line for each cell."""
    cells = [[_cell(each) for each in row] for row in rows]
    if not console.is_terminal:
        _print_rows(columns, cells)
    elif (widths := _least(columns, cells, prose)) and sum(widths) + GAP * (len(widths) - 1) > console.width:
        _print_lines(columns, cells)
    else:
        _print_grid(columns, cells, prose, widths)


def _cell(value: object) -> str:
    return "" if value is None else " ".join(printable(str(value)).split())


def _widths(columns: Cells, rows: Sequence[Cells]) -> list[int]:
    return [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]


def _least(columns: Cells, rows: Sequence[Cells], prose: Collection[str]) -> list[int]:
    """The widths below which an id or a name would be broken, or prose become a thread."""
    return [
        min(width, max(MIN_PROSE, _longest_word(cells))) if name in prose else width
        for name, width, cells in zip(columns, _widths(columns, rows), zip(columns, *rows, strict=True), strict=True)
    ]


def _longest_word(cells: Cells) -> int:
    return max((cell_len(word) for cell in cells for word in cell.split()), default=0)


def _print_rows(columns: Cells, rows: Sequence[Cells]) -> None:
    widths = _widths(columns, rows)
    for row in (columns, *rows):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        say((" " * GAP).join(padded).rstrip())


def _print_grid(columns: Cells, rows: Sequence[Cells], prose: Collection[str], least: Sequence[int]) -> None:
    from rich.table import Table  # slow to import, and only a terminal needs it
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for name, width in zip(columns, least, strict=True):
        grid.add_column(name, no_wrap=name not in prose, min_width=width)
    for row in rows:
        grid.add_row(*map(Text, row))
    console.print(grid)


def _print_lines(columns: Cells, rows: Sequence[Cells]) -> None:
    label = max(map(cell_len, columns))
    for row in rows:
        for name, cell in zip(columns, row, strict=True):
            if cell:
                say(f"{name:{label}}  {cell}")
        say("")
