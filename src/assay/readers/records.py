"""What a reader finds in an export: messages, entries that are not messages, and entries that cannot be read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from assay.text.homoglyphs import shows_nothing

MAX_NAME: Final = 200
"""Characters in the name of an author, a channel or a thread, or in an id."""
MAX_TEXT: Final = 200_000
MAX_ADDRESS: Final = 2_000
"""Characters in the address of a message."""
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER: Final = timedelta(days=1)


class TextSpan(NamedTuple):
    """Characters of a text, from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What somebody said, before it is stored. `external_id` identifies it within its source."""

    external_id: str
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None = None
    """The external id of the message that began the thread, or what the source calls the thread."""
    is_bot: bool = False
    author_id: str | None = None
    """What identifies the author in the source, whatever name is shown at the time."""
    edited_at: datetime | None = None
    quoted: Sequence[TextSpan] = ()
    """Parts of the text that are not the author's own words: quotes, forwarded text, a signature."""
    forwarded_from: str | None = None
    permalink: str | None = None
    reactions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Who reacted, by reaction."""
    former_id: str | None = None
    """What identified this message in earlier versions of Assay."""
    is_edit: bool = field(default=False, compare=False)
    """It was edited, even where nothing says when."""
    is_version: bool = field(default=False, compare=False)
    """A newer version of a message that came earlier in the same export."""
    where: str = field(default="", compare=False)
    """The place in the export, to be named in error messages."""

    @property
    def known_ids(self) -> tuple[str, ...]:
        """What identifies it in its source, now or formerly."""
        return (self.external_id,) if self.former_id is None else (self.external_id, self.former_id)

    def problem(self, at: datetime) -> str | None:
        """One sentence that says what is wrong with this message, if anything is. `at`: the current time."""
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
    """Why an entry of an export is not a message."""

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
    """The id of a deleted message, where the export still gives it."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An entry that was left out because it cannot be read. The rest is imported."""

    where: str
    why: str

    @property
    def sentence(self) -> str:
        return f"{self.where}: {self.why}"


Found = IncomingMessage | Skipped | BadRecord


def unfit(label: str, value: str, most: int) -> str | None:
    """One sentence that says what is wrong with a text, if anything is."""
    if not value[:1].isalnum() and shows_nothing(value):
        return f"The {label} is empty."
    if len(value) > most:
        return f"The {label} has {len(value):,} characters; {most:,} are allowed."
    if "\0" in value:
        return f"The {label} contains a NUL character, which is not allowed."
    if not is_unicode(value):
        return f"The {label} contains a lone surrogate, which is not a character."
    return None


def is_unicode(value: str) -> bool:
    """False where a string holds a lone surrogate, which no encoding and no database accepts."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _out_of_range(moment: datetime, at: datetime) -> str | None:
    if moment.utcoffset() is None:
        return f"The date {moment:%Y-%m-%d %H:%M} has no time zone."
    if EARLIEST <= moment <= at + CLOCKS_MAY_DIFFER:
        return None
    return f"The date {moment:%Y-%m-%d} is out of range: {EARLIEST:%Y-%m-%d} to one day from now is allowed."


def digest(*parts: str) -> str:
    """A stable id, made from what stays the same whenever the export is read again."""
    said = "\0".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32]
