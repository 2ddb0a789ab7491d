"""Something that runs beside the rest."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Final

STOP_SECONDS: Final = 5
AGAIN_SECONDS: Final = 0.5


@asynccontextmanager
async def background(
    work: Coroutine[object, object, object], *, stop: Callable[[], None] | None = None
) -> AsyncIterator[None]:
    """Runs it for the length of the block. `stop` asks it to end; it is cancelled where it does not in a while."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        if stop:
            stop()
            await asyncio.wait([task], timeout=STOP_SECONDS)
        while not task.done():  # a library on the way may swallow a cancellation
            task.cancel()
            await asyncio.wait([task], timeout=AGAIN_SECONDS)
