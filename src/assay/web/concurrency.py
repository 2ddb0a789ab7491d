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
MAX_READS: Final = 2
"""Reads of one user that one process answers at a time: there are five connections for those of all. Others wait."""
MAX_READS_ASKED: Final = 100
"""Of one user, those that wait among them."""
MAX_LISTENING: Final = 200
"""Live connections of one user to one process: each takes a file of the process, and there are so many for all."""
MAX_EXPORTS: Final = 1
"""Files of one user, from the first row to the last byte: what is read for them, and where they lie on the disk."""
MAX_EXPORTS_WRITTEN: Final = 2
"""Of everything, of all users at a time; the others wait. They share their connections with the imports."""
TOO_MANY_EXPORTS: Final = "An export of yours is being made or sent: wait for its end, then ask for the next."
TOO_MANY_LISTENING: Final = f"{MAX_LISTENING} live connections of yours are open here: end one of them first."
TOO_MANY_READS: Final = f"{MAX_READS_ASKED} requests of yours are not answered yet: wait for them, then send the next."
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
    """A queue for each key: whatever the others do, a few of each have their turn."""

    def __init__(self, most: int = 1) -> None:
        """`most`: of each key at a time."""
        self._most = most
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def turn(self, key: str) -> AbstractAsyncContextManager[None]:
        """The block begins when there is room for it, and those with the same key that came before had theirs."""
        return self._turns.setdefault(key, asyncio.Semaphore(self._most))
