"""How results are shown: sentences for people, JSON for programs."""

import os
import re
import shutil
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from cyclopts import Parameter
from pydantic_core import to_json
from rich.console import Console
from rich.text import Text

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]

_ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
DRIVES: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What moves the cursor of a terminal, and is no escape in JSON by itself."""
NO_COLOR: Final = bool(os.environ.get("NO_COLOR"))
console: Final = Console(highlight=False, color_system=None if NO_COLOR else "auto")
errors: Final = Console(stderr=True, highlight=False, color_system=None if NO_COLOR else "auto")


def program() -> str:
    """How the person at this terminal calls Assay: by its name where the shell would find this very program."""
    own = Path(sys.argv[0]).absolute()
    if shutil.which("assay") == str(own) or own.name != "assay":
        return "assay"
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else str(own)


def print_json(document: object) -> None:
    """The document as it is, on standard output, with nothing else beside it."""
    console.file.write(_harmless(to_json(document, indent=2).decode()) + "\n")


def _harmless(packed: str) -> str:
    """The same JSON, with what drives a terminal or turns its lines around as escapes."""
    return DRIVES.sub(lambda found: f"\\u{ord(found[0]):04x}", packed)


def say(sentence: str, style: str = "") -> None:
    """One line for a person. What comes from messages is never taken for markup."""
    console.print(Text(sentence, style=style), soft_wrap=True)


def complain(sentence: str) -> None:
    """One line on standard error. What it quotes may hold anything, so nothing of it may drive the terminal."""
    print("".join(each if each.isprintable() else " " for each in sentence), file=sys.stderr)  # noqa: T201


def print_problem(document: Mapping[str, Any]) -> None:
    """One line of JSON on standard error: standard output belongs to results."""
    print(_harmless(to_json(document).decode()), file=sys.stderr)  # noqa: T201


def printable(text: str) -> str:
    """The text without the control characters by which a message could drive a terminal."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def moment(at: datetime | None) -> str | None:
    """In UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else None


def short(identity: UUID | str) -> str:
    """The end of an id, which is enough for a person to type."""
    return str(identity)[-8:]


def with_short_ids(sentence: str, but: Collection[str] = ()) -> str:
    """The sentence with its ids as lists show them. `but`: what the person typed stands as it was typed."""
    return _ID.sub(lambda found: found[0] if found[0] in but else short(found[0]), sentence)
