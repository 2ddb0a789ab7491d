"""Being told by the database that something was committed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import psycopg
from psycopg import AsyncConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

Wait = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def listening(engine: AsyncEngine, channel: str) -> AsyncIterator[Wait]:
    """Yields a function that returns at the next NOTIFY on the channel, or after so many seconds without one.

    What came since the last call counts: it returns at once. `channel` is one of our own names. The function raises
    OperationalError, as everything else does, when the connection breaks.
    """
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.exec_driver_sql(f"LISTEN {channel}")
        raw = await autocommit.get_raw_connection()
        driver = cast("AsyncConnection[object]", raw.driver_connection)

        async def wait(seconds: float) -> None:
            try:
                async for _ in driver.notifies(timeout=seconds, stop_after=1):
                    pass
            except psycopg.OperationalError as error:
                raise OperationalError("LISTEN", None, error) from error

        try:
            yield wait
        finally:
            await autocommit.invalidate()  # it listens still, and must not serve anybody else
