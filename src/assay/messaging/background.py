"""Something that runs beside the rest."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

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
        await ended([task])


async def ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancels tasks until all are done: a library on the way may swallow a cancellation."""
    while left := [each for each in tasks if not each.done()]:
        for each in left:
            each.cancel()
        await asyncio.wait(left, timeout=AGAIN_SECONDS)


def goes_on() -> bool:
    """Whether nobody has told this task to end. For loops around a library that may swallow a cancellation."""
    me = asyncio.current_task()
    return me is None or not me.cancelling()
