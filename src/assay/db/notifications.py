"""Being told by the database that something was committed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import cast

import psycopg
from psycopg import AsyncConnection
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from assay.db import sql

Wait = Callable[[float], Awaitable[bool]]


@asynccontextmanager
async def listening(engine: AsyncEngine, channel: str) -> AsyncIterator[Wait]:
    """Yields a function that returns True at the next NOTIFY on the channel, or False after so many seconds without.

    What came since the last call counts: it returns at once. `channel` is one of our own names. The function raises
    OperationalError, as everything else does, when the connection breaks; it looks for that whenever the time is over,
    for a peer that is gone without a word tells of nothing any more.
    """
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(sql.listen(channel))
        raw = await autocommit.get_raw_connection()
        driver = cast("AsyncConnection[object]", raw.driver_connection)

        async def wait(seconds: float) -> bool:
            if await _told(driver):
                return True
            await _readable(driver.fileno(), seconds)
            if await _told(driver):
                return True
            await autocommit.execute(select(1))
            return False

        try:
            yield wait
        finally:
            await autocommit.invalidate()  # it listens still, and must not serve anybody else


async def _told(driver: "AsyncConnection[object]") -> bool:
    """Whether a notification is there by now."""
    try:
        return [each async for each in driver.notifies(timeout=0)] != []
    except psycopg.OperationalError as error:
        raise OperationalError("LISTEN", None, error) from error


async def _readable(descriptor: int, seconds: float) -> None:
    """Waits for the connection to say something. The driver itself would look ten times a second."""
    loop, said = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, said.set)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await said.wait()
    finally:
        loop.remove_reader(descriptor)
