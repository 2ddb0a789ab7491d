"""Conversations that people have labelled with the knowledge they hold. The format is JSON, one conversation a line."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.ai.extractor import Message
from assay.errors import InvalidInput
from assay.extraction.incoming import NAME_LIMIT, TEXT_LIMIT
from assay.kinds import AtomType
from assay.lines import read_text

BEGIN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOST_CONVERSATIONS: Final = 10_000
MOST_MESSAGES: Final = 2_000
MOST_BYTES: Final = 100_000_000
MINUTES_BETWEEN: Final = 1.0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(_Strict):
    """A message of a labelled conversation."""

    author: str = Field(min_length=1, max_length=NAME_LIMIT)
    text: str = Field(min_length=1, max_length=TEXT_LIMIT)
    minute: float | None = Field(None, ge=0, le=10_000_000, allow_inf_nan=False)
    """Since the conversation began. Absent: one minute after the message before."""
    thread: str | None = Field(None, max_length=NAME_LIMIT)
    bot: bool = False


class Item(_Strict):
    """A piece of knowledge that the conversation holds, in the words of whoever labelled it."""

    type: AtomType
    says: str = Field(min_length=1, max_length=2_000)


class Labelled(_Strict):
    """A conversation and everything in it that is worth knowing; often that is nothing."""

    id: str = Field(min_length=1, max_length=NAME_LIMIT)
    messages: tuple[Line, ...] = Field(min_length=1, max_length=MOST_MESSAGES)
    knowledge: tuple[Item, ...] = Field((), max_length=200)
    channel: str = Field("general", min_length=1, max_length=NAME_LIMIT)
    half: str = "all"
    """Of the set: what it was tuned on, or what was held back."""
    subject: str = ""
    language: str = ""

    def said(self) -> list[Message]:
        """The messages as an extractor sees them; the same ids every time."""
        found: list[Message] = []
        minute = -MINUTES_BETWEEN
        for number, line in enumerate(self.messages):
            minute = minute + MINUTES_BETWEEN if line.minute is None else line.minute
            found.append(
                Message(
                    id=self._id(number),
                    channel=self.channel,
                    author=line.author,
                    sent_at=BEGIN + timedelta(minutes=minute),
                    text=line.text,
                    thread=line.thread,
                    is_bot=line.bot,
                )
            )
        return found

    def _id(self, number: int) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self.id}/{number}")


def shipped() -> list[Labelled]:
    """The set that comes with Assay."""
    return _read(resources.files(__package__).joinpath("data", "conversations.jsonl").read_text("utf-8").split("\n"))


def from_file(path: Path) -> list[Labelled]:
    """A set of one's own. Raises InvalidInput with the line and what is wrong with it."""
    lines = read_text(path, MOST_BYTES, "labelled set").split("\n")
    return _read(lines, f"{path}, ")


def _read(lines: Iterable[str], place: str = "") -> list[Labelled]:
    found = [_conversation(line, f"{place}line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not 1 <= len(found) <= MOST_CONVERSATIONS:
        raise InvalidInput(
            f"{place}1 to {MOST_CONVERSATIONS:,} conversations are allowed, and it holds {len(found):,}."
        )
    _check_names(found, place)
    return found


def _conversation(line: str, place: str) -> Labelled:
    try:
        return Labelled.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise InvalidInput(f"{place}: {where} is not allowed: {first['msg']}.") from None


def _check_names(found: Sequence[Labelled], place: str) -> None:
    seen: set[str] = set()
    for each in found:
        if each.id in seen:
            raise InvalidInput(f"{place}the id {each.id!r} names two conversations.")
        seen.add(each.id)
