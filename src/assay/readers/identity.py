"""Stable ids for messages that have none."""

from collections import OrderedDict
from dataclasses import replace
from datetime import UTC
from typing import Final

from assay.readers.records import IncomingMessage, digest

MAX_REMEMBERED: Final = 20_000
"""Messages of one author and moment that stand further apart than this are taken for one."""


class Places:
    """Names a message by its channel, author and time, and by its place among those that have all of them in common.

    Its words are no part of it, so that an edited export makes a new version and not a second message.
    """

    def __init__(self) -> None:
        self._moments = _Counter()
        self._words = _Counter()

    def named(self, message: IncomingMessage) -> IncomingMessage:
        said = (message.channel, message.author, message.sent_at.astimezone(UTC).isoformat())
        with_words = (*said, message.text)
        return replace(
            message,
            external_id=place_id(*said, self._moments.next(digest(*said))),
            former_id=digest(*with_words, str(self._words.next(digest(*with_words)))),
        )


def place_id(channel: str, author: str, sent_at: str, place: int) -> str:
    return digest("place", channel, author, sent_at, str(place))


class _Counter:
    def __init__(self) -> None:
        self._seen: OrderedDict[str, int] = OrderedDict()

    def next(self, key: str) -> int:
        number = self._seen.pop(key, 0)
        self._seen[key] = number + 1
        if len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)
        return number
