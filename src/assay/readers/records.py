"""What a reader makes of an export: messages, what is none, and what cannot be read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from assay.text.homoglyphs import shows_nothing

MAX_NAME: Final = 200
"""Characters of an author, a channel, a thread or an id."""
MAX_TEXT: Final = 200_000
MAX_ADDRESS: Final = 2_000
"""Characters of the address of a message."""
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER: Final = timedelta(days=1)


class TextSpan(NamedTuple):
    """Characters of a text, from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What somebody said, before it is a record. `external_id` is its name within its source."""

    external_id: str
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None = None
    """The external id of the message that began the thread, or what the source calls the thread."""
    is_bot: bool = False
    author_id: str | None = None
    """What the author is known by in the source, whatever the name is at the time."""
    edited_at: datetime | None = None
    quoted: Sequence[TextSpan] = ()
    """Words of the text that are not its author's: quoted, forwarded, a signature."""
    forwarded_from: str | None = None
    permalink: str | None = None
    reactions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Who reacted, by the name of the reaction."""
    former_id: str | None = None
    """What this message was known by in earlier versions of Assay."""
    is_edit: bool = field(default=False, compare=False)
    """It was edited, whenever that was."""
    is_version: bool = field(default=False, compare=False)
    """Newer words of a message that came before in the same export."""
    where: str = field(default="", compare=False)
    """The place in the export, for sentences."""

    @property
    def known_ids(self) -> tuple[str, ...]:
        """What it is known by in its source, now or formerly."""
        return (self.external_id,) if self.former_id is None else (self.external_id, self.former_id)

    def problem(self, at: datetime) -> str | None:
        """One sentence on what is not allowed of this message, if anything. `at`: the current time."""
        names = {"id": self.external_id, "channel": self.channel, "author": self.author}
        if self.thread is not None:
            names["thread"] = self.thread
        if self.author_id is not None:
            names["id of the author"] = self.author_id
        for label, value in names.items():
            if sentence := unfit(label, value, MAX_NAME):
                return sentence
        return unfit("text", self.text, MAX_TEXT) or _out_of_range(self.sent_at, at)


class SystemNotice(StrEnum):
    """Why something in an export is no message."""

    JOINED = "joined or left"
    CHANNEL = "channel changed"
    PINNED = "pinned"
    CALL = "call"
    DELETED = "deleted"
    MEDIA = "media only"
    ENCRYPTION = "encryption notice"
    UNSUPPORTED = "unsupported"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Skipped:
    kind: SystemNotice
    external_id: str | None = None
    """Of a message that was deleted: what it was known by, where the export still says so."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """Something that was left out because it cannot be read. The rest goes in."""

    where: str
    why: str

    @property
    def sentence(self) -> str:
        return f"{self.where}: {self.why}"


Found = IncomingMessage | Skipped | BadRecord


def unfit(label: str, value: str, most: int) -> str | None:
    """One sentence on what is not allowed of a text, if anything."""
    if not value[:1].isalnum() and shows_nothing(value):
        return f"The {label} is empty."
    if len(value) > most:
        return f"The {label} has {len(value):,} characters; {most:,} are allowed."
    if "\0" in value:
        return f"The {label} holds a NUL character, which is not allowed."
    if not is_unicode(value):
        return f"The {label} holds half a surrogate pair, which is no character."
    return None


def is_unicode(value: str) -> bool:
    """False where a string holds a lone surrogate, which no encoding and no database takes."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _out_of_range(moment: datetime, at: datetime) -> str | None:
    if moment.utcoffset() is None:
        return f"The date {moment:%Y-%m-%d %H:%M} names no time zone."
    if EARLIEST <= moment <= at + CLOCKS_MAY_DIFFER:
        return None
    return f"The date {moment:%Y-%m-%d} is not allowed: {EARLIEST:%Y-%m-%d} to one day from now is."


def digest(*parts: str) -> str:
    """A stable id made of what is the same every time the same export is read."""
    said = "\0".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32]
