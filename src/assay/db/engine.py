"""Connections to PostgreSQL and the transactions on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from traceback import clear_frames
from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.pq import Format
from sqlalchemy import URL, event, func, make_url, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from assay.db import spans, sql
from assay.errors import InvalidInput, covered

CONNECT_TIMEOUT_SECONDS: Final = 10
BESIDE_LOCK_SECONDS: Final = 2
UNREACHABLE: Final = (OperationalError, InterfaceError, NoFreeConnection, OSError)
"""What is raised while the database is away, or this process has no connection to it to spare."""
TOO_LONG: Final = "The search took too long and was given up: narrow the filter, or try again."


def driver_url(database_url: str) -> URL:
    """The URL as our driver wants it. Raises InvalidInput for anything but PostgreSQL."""
    try:
        url = make_url(database_url)
    except Exception:  # noqa: BLE001  # whatever the parser says, it may quote the password
        raise InvalidInput("DATABASE_URL is not a URL: expected postgresql://user:password@host/name.") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise InvalidInput(f"DATABASE_URL names {url.drivername}: expected postgresql://user:password@host/name.")
    return url.set(drivername="postgresql+psycopg")


class _BinaryCursor(AsyncCursor[Any]):
    """Rows come as the server keeps them: that is half as long as their letters, and read in half the time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.format = Format.BINARY


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many connections there are for one purpose, and how long each waits, in seconds. None: for ever."""

    connections: int
    overflow: int = 0
    """Further ones, which are closed after their use."""
    for_connection: float = 30
    for_statement: float | None = None
    for_lock: float | None = None

    @property
    def most(self) -> int:
        return self.connections + self.overflow


DEFAULT_POOL: Final = PoolLimits(5, overflow=10)
ONE: Final = PoolLimits(1)


class Database:
    """A pool of connections; the only thing that opens and commits transactions."""

    def __init__(self, database_url: str, limits: PoolLimits = DEFAULT_POOL) -> None:
        self.url = driver_url(database_url)
        self.engine = self._pool(limits)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._beside = self._pool(ONE)

    @property
    def in_use(self) -> int:
        """Connections that work at this moment."""
        return int(self.engine.pool.checkedout())  # type: ignore[attr-defined]  # of the pool that it has

    def _pool(self, limits: PoolLimits) -> AsyncEngine:
        engine = create_async_engine(
            self.url,
            pool_size=limits.connections,
            max_overflow=limits.overflow,
            pool_timeout=limits.for_connection,
            pool_pre_ping=True,
            hide_parameters=True,  # they are words of messages, and an error goes to the log
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                "application_name": "assay",
                "cursor_factory": _BinaryCursor,
                "async_creator_fn": _connect,
            },
        )
        spans.follow(engine.sync_engine)
        timeouts = {"statement_timeout": limits.for_statement, "lock_timeout": limits.for_lock}
        settings = {name: f"{each}s" for name, each in timeouts.items() if each}
        if settings:
            event.listen(engine.sync_engine, "connect", partial(_begin_with, settings))
        return engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end of the block, or not at all."""
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session that reads everything as it was at one moment, and writes nothing."""
        async with self.transaction() as session:
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session

    @asynccontextmanager
    async def extra_connection(self) -> AsyncIterator[AsyncSession]:
        """A second connection, to read on while a transaction of this process holds a lock. Take it before the lock.

        It has a pool of its own: those who wait for the lock may have taken all other connections. It waits for a
        table no longer than BESIDE_LOCK_SECONDS: whoever wants the table for themselves waits for that transaction, and
        the database does not know that the transaction waits for this connection.
        """
        async with AsyncSession(self._beside) as session:
            await session.execute(select(func.set_config("lock_timeout", f"{BESIDE_LOCK_SECONDS}s", True)))
            yield session

    async def ping(self) -> None:
        """Raises one of UNREACHABLE when the database does not answer in time."""
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS), self.engine.connect() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        await self.engine.dispose()
        await self._beside.dispose()


async def _connect(*arguments: Any, **options: Any) -> AsyncConnection[Any]:
    """A new connection, or none: what is given up half way lives on in the frames of the error until the garbage is
    collected, and the server keeps its place for a minute."""
    try:
        return await AsyncConnection.connect(*arguments, **options)
    except BaseException as error:
        clear_frames(error.__traceback__)
        raise


def _begin_with(settings: Mapping[str, str], connection: Any, _record: Any) -> None:
    """What holds for all transactions of a new connection, so that none of them has to say it."""
    cursor = connection.cursor()
    for setting in settings.items():
        cursor.execute(sql.SET_FOR_CONNECTION, setting)
    cursor.close()
    connection.commit()


def waited_for_lock(error: BaseException) -> bool:
    """Whether the database gave a statement up because others held what it wanted."""
    return isinstance(getattr(error, "orig", None), LockNotAvailable)


def took_too_long(error: BaseException) -> bool:
    """Whether the database gave a statement up because of its time, and not because anything is wrong with it."""
    return isinstance(getattr(error, "orig", None), QueryCanceled)


def first_line(error: BaseException) -> str:
    """What an error says, without the statement, its parameters, and passwords within addresses."""
    cause = getattr(error, "orig", None) or error
    return covered((str(cause).strip() or type(cause).__name__).splitlines()[0])
