"""A message on its way in, and what is allowed of it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from assay.text.homoglyphs import shows_nothing

NAME_LIMIT: Final = 200
"""Characters of an author, a channel, a thread or an id."""
TEXT_LIMIT: Final = 200_000
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER: Final = timedelta(days=1)
PORTION: Final = 1_000
PORTION_CHARACTERS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What somebody said, before it is a record. `external_id` is its name within its source."""

    external_id: str
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None = None
    is_bot: bool = False

    def problem(self, at: datetime) -> str | None:
        """One sentence on what is not allowed of this message, if anything. `at`: the current time."""
        names = {"id": self.external_id, "channel": self.channel, "author": self.author}
        if self.thread is not None:
            names["thread"] = self.thread
        for label, value in names.items():
            if sentence := unfit(label, value, NAME_LIMIT):
                return sentence
        return unfit("text", self.text, TEXT_LIMIT) or _out_of_range(self.sent_at, at)


def unfit(label: str, value: str, limit: int) -> str | None:
    """One sentence on what is not allowed of a text, if anything."""
    if shows_nothing(value):
        return f"The {label} is empty."
    if len(value) > limit:
        return f"The {label} has {len(value):,} characters; {limit:,} are allowed."
    if "\0" in value:
        return f"The {label} holds a NUL character, which is not allowed."
    if not is_unicode(value):
        return f"The {label} holds half a surrogate pair, which is no character."
    return None


def is_unicode(value: str) -> bool:
    """False where a string holds a lone surrogate, which no encoding and no database takes."""
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


def digest(channel: str, author: str, sent_at: datetime, text: str, occurrence: int) -> str:
    """A stable id for a message that has none: the same message of the same file always gets the same."""
    parts = (channel, author, sent_at.astimezone(UTC).isoformat(), text, str(occurrence))
    said = "\0".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def portions(messages: Iterable[IncomingMessage]) -> Iterator[list[IncomingMessage]]:
    """The messages in lists that one statement can carry, however long the messages are."""
    portion: list[IncomingMessage] = []
    characters = 0
    for message in messages:
        if portion and (len(portion) == PORTION or characters + len(message.text) > PORTION_CHARACTERS):
            yield portion
            portion, characters = [], 0
        portion.append(message)
        characters += len(message.text)
    if portion:
        yield portion
