"""How much of one user is done at the same time, so that nobody's many requests keep others out."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Final
from weakref import WeakValueDictionary

from assay.errors import TooMany

MAX_WRITES: Final = 4
"""Changes of one user that one process makes at a time. Decisions are made one after the other anyway."""
MAX_BULKS: Final = 1
"""Bulk decisions of one user among them. Whoever decides on one proposal waits for the lock of decisions no longer than
LOCK_SECONDS, and several bulks in a row would hold it for longer than that."""
MAX_EXPORTS: Final = 1
"""Exports of everything of one user, from the first row to the last byte: each is a file on the disk."""
MAX_EXPORTS_WRITTEN: Final = 2
"""Of all users at a time; the others wait. They share their connections with the imports."""
TOO_MANY_EXPORTS: Final = "An export of yours is being made or sent: wait for its end, then ask for the next."
TOO_MANY_WRITES: Final = f"{MAX_WRITES} changes of yours are being made: wait for one of them, then send the next."
TOO_MANY_BULKS: Final = "A bulk decision of yours is being made: wait for it, then send the next."
RETRY_SECONDS: Final = 1


class Concurrency:
    """What is under way, by user."""

    def __init__(self, most: int, sentence: str) -> None:
        """`sentence`: for a user who has as many under way as are allowed."""
        self._most, self._sentence = most, sentence
        self._under_way: Counter[int] = Counter()

    @contextmanager
    def counted(self, user_id: int) -> Iterator[None]:
        """Counts one for the length of the block. Raises TooMany where the user has as many as are allowed."""
        if self._under_way[user_id] >= self._most:
            raise TooMany(self._sentence, retry_after=RETRY_SECONDS)
        self._under_way[user_id] += 1
        try:
            yield
        finally:
            self._under_way -= Counter({user_id: 1})


class Queues:
    """A queue for each key: one of each has its turn, whatever the others do."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, key: str) -> AbstractAsyncContextManager[None]:
        """The block begins when all with the same key that came before have left theirs."""
        return self._turns.setdefault(key, asyncio.Lock())
