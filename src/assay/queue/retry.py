"""When something that failed is tried again: a run, an item, a call of a server that is away."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from assay.db.engine import first_line
from assay.queue.failures import is_transient

JITTER: Final = 0.02
"""Share of a delay that may be added to it, so that what failed together does not come back together."""
PAUSE_SECONDS: Final = 1.0
"""Between two calls of a server that is away."""

log = structlog.get_logger(__name__)

Result = TypeVar("Result")


def item_backoff(failures: int) -> timedelta:
    """How long a proposal rests after that many failures in a row: 1, 5, 25, 125 minutes, and so on."""
    return timedelta(minutes=5 ** max(0, failures - 1))


def next_pause(delays: Sequence[timedelta], attempt: int) -> timedelta | None:
    """The pause after that attempt of a job (the first is 1), or None when it was the last."""
    if attempt > len(delays):
        return None
    return delays[attempt - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311  # no secret


async def retry_until_available(act: Callable[[], Awaitable[Result]], *, what: str) -> Result:
    """Acts again and again until the servers answer. Ends early only by cancellation, or by another kind of error."""
    told = False
    while True:
        try:
            return await act()
        except Exception as error:
            if not is_transient(error):
                raise
            if not told:
                log.warning("waiting_for_servers", what=what, reason=first_line(error))
                told = True
        await asyncio.sleep(PAUSE_SECONDS)
