"""Waiting for servers that are away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from assay.db.engine import first_line
from assay.queue.failures import is_transient

PAUSE_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)

Result = TypeVar("Result")


async def patiently(act: Callable[[], Awaitable[Result]], *, what: str) -> Result:
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
