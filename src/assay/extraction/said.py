"""What a line of a chat file says, before it is checked and named."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.extraction.incoming import IncomingMessage, digest, is_unicode

REMEMBERED: Final = 20_000
"""Equal messages without an id that stand further apart than this are taken for one."""


@dataclass(slots=True)
class Said:
    number: int
    """Of the line it begins on."""
    author: str
    sent_at: datetime
    text: str
    external_id: str | None = None
    channel: str | None = None
    thread: str | None = None
    is_noise: bool = False
    """A machine's words, or a line about the chat itself, such as that somebody joined."""


class Naming:
    """Gives messages their channel and a stable id where the file names none."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._seen: OrderedDict[str, int] = OrderedDict()

    def named(self, said: Said) -> IncomingMessage:
        channel = said.channel or self._channel
        return IncomingMessage(
            external_id=said.external_id or self._digest(said, channel),
            channel=channel,
            author=said.author,
            sent_at=said.sent_at,
            text=said.text,
            thread=said.thread,
            is_bot=said.is_noise,
        )

    def _digest(self, said: Said, channel: str) -> str:
        if not all(map(is_unicode, (channel, said.author, said.text))):
            return "unnamed"
        first = digest(channel, said.author, said.sent_at, said.text, 0)
        occurrence = self._seen.pop(first, 0)
        self._seen[first] = occurrence + 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return digest(channel, said.author, said.sent_at, said.text, occurrence) if occurrence else first
