"""Tasks that run beside the rest, again and again, and end when they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

STOP_SECONDS: Final = 5
AGAIN_SECONDS: Final = 0.5


@asynccontextmanager
async def background(
    work: Coroutine[object, object, object], *, stop: Callable[[], None] | None = None
) -> AsyncIterator[None]:
    """Runs it for the length of the block. `stop` asks it to end; it is cancelled where it does not in a while."""
    task = asyncio.create_task(work)
    task.add_done_callback(_told)
    try:
        yield
    finally:
        if stop:
            stop()
            await asyncio.wait([task], timeout=STOP_SECONDS)
        await cancel_all([task])


def _told(task: asyncio.Task[Any]) -> None:
    """Says why it ended by itself. Asyncio would only say that nobody asked, whenever it clears its memory."""
    if not task.cancelled() and (error := task.exception()):
        log.warning("background_ended", reason=str(error) or type(error).__name__, exc_info=error)


async def cancel_all(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancels tasks until all are done: a library on the way may swallow a cancellation. What they raise is let go."""
    while left := [each for each in tasks if not each.done()]:
        for each in left:
            each.cancel()
        await asyncio.wait(left, timeout=AGAIN_SECONDS)
    for each in tasks:
        if not each.cancelled():
            each.exception()


def is_cancelled() -> bool:
    """Whether somebody has told this task to end. For loops around a library that may swallow a cancellation."""
    me = asyncio.current_task()
    return me is not None and me.cancelling() > 0


async def run_every(
    seconds: float, act: Callable[[], Awaitable[object]], on_error: Callable[[Exception], None]
) -> None:
    """Acts, then pauses, until it is cancelled. What an act raises goes to `on_error`, and the next one follows."""
    while not is_cancelled():
        try:
            await act()
        except Exception as error:  # noqa: BLE001  # what is done for ever lives through everything
            on_error(error)
        await asyncio.sleep(seconds)
