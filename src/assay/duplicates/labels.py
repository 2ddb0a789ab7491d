"""Pairs of claims that people have labelled, from a file: JSON lines, plain or gzip."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.duplicates.claim import Claim
from assay.errors import InvalidInput, what_is_wrong
from assay.kinds import Kind, identity_key
from assay.lines import BadLine, open_file, read_lines

MAX_PAIRS: Final = 200_000
NOBODY: Final = UUID(int=0)
MAX_TEXT_LENGTH: Final = 100_000
"""Characters."""

Words = Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]
Name = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two claims and a person's verdict."""

    first: tuple[str, str]
    """Title and text."""
    second: tuple[str, str]
    same: bool
    kind: Kind = Kind.ATOM
    source: str = ""
    sort: str = ""
    """How the pair was chosen: duplicate, random, hard."""
    language: str = ""

    def claims(self) -> tuple[Claim, Claim]:
        return _claim(self.kind, self.first), _claim(self.kind, self.second)


class _Row(BaseModel):
    model_config = ConfigDict(strict=True)

    title1: Words
    text1: Words
    title2: Words
    text2: Words
    label: Annotated[int, Field(ge=0, le=1)]
    kind: Name = ""
    source: Name = ""
    language: Name = ""

    def pair(self) -> LabelledPair:
        kind = Kind.TOPIC if self.source.endswith(Kind.TOPIC) else Kind.ATOM
        first, second = (self.title1, self.text1), (self.title2, self.text2)
        return LabelledPair(first, second, bool(self.label), kind, self.source, self.kind, self.language)


def read_pairs(path: Path) -> list[LabelledPair]:
    """All the pairs of a file. Raises InvalidInput with one sentence where any line is not one."""
    found = []
    for pair in _pairs(path):
        found.append(pair)
        if len(found) > MAX_PAIRS:
            raise InvalidInput(f"{path.name} holds more than {MAX_PAIRS:,} pairs, which is not allowed: split it.")
    if not found:
        raise InvalidInput(f"{path.name} holds no pairs.")
    return found


def _pairs(path: Path) -> Iterator[LabelledPair]:
    for line in read_lines(open_file(path), path.name):
        if isinstance(line, BadLine):
            raise InvalidInput(f"{path.name}, line {line.number}: {line.sentence}")
        try:
            yield _Row.model_validate_json(line.text).pair()
        except ValidationError as error:
            raise InvalidInput(f"{path.name}, line {line.number}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    match first["type"]:
        case "json_invalid":
            return "The line is not JSON: each line is one object with title1, text1, title2, text2 and label."
        case "missing":
            return f"The {first['loc'][0]} is missing: each line has title1, text1, title2, text2 and label."
        case "model_type":
            return "The line is JSON, but not an object."
        case _:
            return what_is_wrong(error)


def _claim(kind: Kind, said: tuple[str, str]) -> Claim:
    return Claim(NOBODY, kind, *said, identity_key(kind, *said), is_entity=True)
