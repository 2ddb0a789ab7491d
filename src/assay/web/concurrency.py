"""How many changes of one user are made at the same time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from assay.errors import TooMany

MAX_WRITES: Final = 4
"""Changes of one user that one process makes at a time. Decisions are made one after the other anyway."""
RETRY_SECONDS: Final = 1


class ConcurrentWrites:
    """The changes that are being made, by user."""

    def __init__(self) -> None:
        self._writes: Counter[int] = Counter()

    @contextmanager
    def counted(self, user_id: int) -> Iterator[None]:
        """Counts one for the length of the block. Raises TooMany where the user has as many as are allowed."""
        if self._writes[user_id] >= MAX_WRITES:
            sentence = f"{MAX_WRITES} changes of yours are being made: wait for one of them, then send the next."
            raise TooMany(sentence, retry_after=RETRY_SECONDS)
        self._writes[user_id] += 1
        try:
            yield
        finally:
            self._writes -= Counter({user_id: 1})
