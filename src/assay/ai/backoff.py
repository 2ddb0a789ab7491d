"""How long to wait before asking a busy server again. Pure, but for the waiting itself."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

FIRST_PAUSE: Final = 1.0
MAX_PAUSE_SECONDS: Final = 30.0
"""Seconds."""
MAX_REST_SECONDS: Final = 120.0
"""Seconds that a server may ask for. Who asks for more is asked again by the next run of the job."""
MAX_ATTEMPTS: Final = 5

Sleep = Callable[[float], Awaitable[object]]


def pause(failures: int, asked: float | None = None, *, luck: float = 1.0) -> float:
    """Seconds before the next attempt.

    1, 2, 4, 8, ... after 1, 2, 3, 4 failures, up to MAX_PAUSE_SECONDS, each cut to between a half and the whole by
    `luck` (0..1), so that those who failed together do not come back together. What the server `asked` for is waited in
    full, with up to a tenth more.
    """
    if asked is not None:
        return asked * (1 + luck / 10)
    return min(FIRST_PAUSE * 2.0 ** (failures - 1), MAX_PAUSE_SECONDS) * (0.5 + luck / 2)


@dataclass(slots=True)
class Backoff:
    """What all requests to one server share: where it asked for quiet, all of them keep it."""

    sleep: Sleep = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    luck: Callable[[], float] = random.random
    _quiet_until: float = field(default=0.0)

    async def wait(self) -> None:
        """Returns when the server may be asked."""
        while (left := self._quiet_until - self.clock()) > 0:
            await self.sleep(left)

    async def after_failure(self, failures: int, asked: float | None) -> None:
        """Waits after the n-th failure in a row. What the server asked for holds for every request to it."""
        seconds = pause(failures, asked, luck=self.luck())
        if asked is None:
            await self.sleep(seconds)
        else:
            self._quiet_until = max(self._quiet_until, self.clock() + seconds)
            await self.wait()
