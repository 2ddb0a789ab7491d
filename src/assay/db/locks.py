"""Locks in the database. They go with the transaction or the connection, so a dead process holds none."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy import BigInteger, BindParameter, func, literal, select, true
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

DECISIONS: Final = "decisions"
"""Held by everything that decides, and by what changes the rules and the vectors that decisions go by."""
USER_NAMES: Final = "user names"
"""Held by whoever makes a user, so that two of one name cannot come at once."""


SOURCE_NAMES: Final = "source names"
"""Held by whoever makes a source, so that two that look alike cannot come at once."""


def _number(name: str) -> BindParameter[int]:
    return literal(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True), BigInteger)


async def hold_until_commit(session: AsyncSession, name: str) -> None:
    """Waits until no other transaction holds `name`, then holds it until this one ends.

    Who holds it is waited for: each statement is planned for the tables as they are, not as they once were.
    """
    planned = func.set_config("plan_cache_mode", "force_custom_plan", True)
    await session.execute(select(func.pg_advisory_xact_lock(_number(name)), planned))


async def try_until_commit(session: AsyncSession, name: str) -> bool:
    """Holds `name` until this transaction ends, unless another holds it; tells which."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(_number(name)))))


@asynccontextmanager
async def held(engine: AsyncEngine, name: str, *, wait: bool = False) -> AsyncIterator[bool]:
    """Holds `name` on a connection of its own; yields False when another holds it, unless it may wait for that."""
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        number = _number(name)
        taken = select(true()).select_from(func.pg_advisory_lock(number))
        won = bool(await autocommit.scalar(taken if wait else select(func.pg_try_advisory_lock(number))))
        try:
            yield won
        finally:
            if won:
                with suppress(OperationalError, InterfaceError):  # the lock went with the connection
                    await autocommit.execute(select(func.pg_advisory_unlock(number)))
