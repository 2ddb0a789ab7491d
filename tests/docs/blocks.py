"""The examples of our pages: fenced blocks, and the marks that stand as comments on the line before them.

`<!-- not run: why -->`         looked at by nobody but people
`<!-- output differs: why -->`  run, but what is shown is not compared
`<!-- file: name -->`           the user saves it under this name
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BLOCK: Final = re.compile(
    r"(?:^<!-- (?P<mark>not run|output differs|file): (?P<words>[^\n]+) -->\n)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    line: int
    language: str
    text: str
    mark: str | None
    words: str
    """Of the mark: why it is not run, or the name of the file."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command of a console, and what it is said to answer."""

    command: str
    answer: str


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(
            text.count("\n", 0, found.start("text")),
            found["language"],
            found["text"],
            found["mark"],
            found["words"] or "",
        )
        for found in BLOCK.finditer(text)
    ]


def typed(console: str) -> list[Typed]:
    """What is typed after each `$ `, up to the answer. Raises ValueError where a console begins with an answer."""
    before, *parts = re.split(r"^\$ ", console, flags=re.MULTILINE)
    if before:
        raise ValueError(f"A console begins with '$ ', not with {before!r}.")
    return [Typed(*part.split("\n", 1)) for part in parts]
