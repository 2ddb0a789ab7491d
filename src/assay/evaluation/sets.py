"""What all labelled sets of conversations share: their messages, and how a file of them is read, one a line."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.errors import InvalidInput
from assay.lines import read_text
from assay.readers.records import MAX_NAME, MAX_TEXT

BEGIN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTES_BETWEEN: Final = 1.0
MAX_CONVERSATIONS: Final = 10_000
MAX_MESSAGES: Final = 2_000
MAX_BYTES: Final = 100_000_000


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelledMessage(Strict):
    """A message of a labelled conversation."""

    author: str = Field(min_length=1, max_length=MAX_NAME)
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    minute: float | None = Field(None, ge=0, le=10_000_000, allow_inf_nan=False)
    """Since the conversation began. Absent: one minute after the message before."""
    thread: str | None = Field(None, max_length=MAX_NAME)
    bot: bool = False


class Named(Strict):
    """A conversation of a set."""

    id: str = Field(min_length=1, max_length=MAX_NAME)


Conversation = TypeVar("Conversation", bound=Named)


def moments(lines: Iterable[LabelledMessage], begin: datetime = BEGIN) -> Iterator[datetime]:
    """When each message was sent."""
    minute = -MINUTES_BETWEEN
    for line in lines:
        minute = minute + MINUTES_BETWEEN if line.minute is None else line.minute
        yield begin + timedelta(minutes=minute)


def shipped_set(name: str, of: type[Conversation]) -> list[Conversation]:
    """A set that comes with Assay."""
    return _read(resources.files(__package__).joinpath("data", name).read_text("utf-8").split("\n"), of)


def own_set(path: Path, of: type[Conversation]) -> list[Conversation]:
    """A set of one's own. Raises InvalidInput with the line and what is wrong with it."""
    return _read(read_text(path, MAX_BYTES, "labelled set").split("\n"), of, f"{path}, ")


def _read(lines: Iterable[str], of: type[Conversation], place: str = "") -> list[Conversation]:
    found = [_conversation(line, of, f"{place}line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not 1 <= len(found) <= MAX_CONVERSATIONS:
        raise InvalidInput(f"{place}1 to {MAX_CONVERSATIONS:,} conversations are allowed, and it holds {len(found):,}.")
    _check_names(found, place)
    return found


def _conversation(line: str, of: type[Conversation], place: str) -> Conversation:
    try:
        return of.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise InvalidInput(f"{place}: {where} is not allowed: {first['msg']}.") from None


def _check_names(found: Sequence[Named], place: str) -> None:
    seen: set[str] = set()
    for each in found:
        if each.id in seen:
            raise InvalidInput(f"{place}the id {each.id!r} names two conversations.")
        seen.add(each.id)
