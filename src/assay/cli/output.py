"""How results are shown: tables for people, JSON for programs."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from cyclopts import Parameter
from cyclopts.validators import Number
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Limit = Annotated[int, Parameter(help="How many at most.", validator=Number(gte=1, lte=1_000_000))]

WIDTH_OF_A_FILE: Final = 120
console: Final = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
errors: Final = Console(stderr=True, highlight=False)


def program() -> str:
    """How the person at this terminal calls Assay: by its name where the shell would find this very program."""
    own = Path(sys.argv[0]).absolute()
    if shutil.which("assay") == str(own) or own.name != "assay":
        return "assay"
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else str(own)


def print_json(document: object) -> None:
    """The document as it is, on standard output, with nothing else beside it."""
    console.file.write(to_json(document, indent=2).decode() + "\n")


def say(sentence: str, style: str = "") -> None:
    """One line for a person. What comes from messages is never taken for markup."""
    console.print(Text(sentence, style=style), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table for a person."""
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    console.print(grid)


def printable(text: str) -> str:
    """The text without the control characters by which a message could drive a terminal."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def short(identity: UUID | str) -> str:
    """The end of an id, which is enough for a person to type."""
    return str(identity)[-8:]
