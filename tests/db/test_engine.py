"""Connections, and what comes back on them."""

import asyncio
import gc
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.patience import retry_until_available

pytestmark = pytest.mark.anyio


async def test_who_holds_a_lock_may_read_beside_even_while_all_other_connections_are_taken(database):
    pool = database.engine.pool
    async with AsyncExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow):
            session = await taken.enter_async_context(database.transaction())
            await session.execute(text("SELECT 1"))
        async with retry_until_available(), database.extra_connection() as extra:
            assert await extra.scalar(text("SELECT count(*) FROM users")) == 1


async def test_a_connection_given_up_half_way_is_closed_at_once(database):
    await database.ping()
    await database.close()
    before = sockets()
    gc.disable()  # it would close what was left open, some day
    try:
        for turns in range(40):
            attempt = asyncio.create_task(database.ping())
            for _ in range(turns):
                await asyncio.sleep(0)
            attempt.cancel()
            with suppress(asyncio.CancelledError):
                await attempt
            await database.close()
            assert sockets() == before, turns
    finally:
        gc.enable()


def sockets() -> int:
    return sum("socket:" in str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())


async def test_what_is_changed_beside_does_not_stay(database):
    async with database.extra_connection() as extra:
        await extra.execute(text("DELETE FROM users"))
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM users")) == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", uuid4()),
        ("timestamptz", datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=UTC)),
        ("interval", timedelta(days=3, microseconds=1)),
        ("float8", 0.1),
        ("numeric", Decimal("0.10")),
        ("text", "naïve ☃"),
        ("text[]", ["a", None, 'b"c']),
        ("bytea", b"\x00\xff"),
        ("boolean", False),
        ("bigint", -(2**63)),
    ],
)
async def test_values_come_back_as_they_were(database, kind, value):
    async with database.transaction() as session:
        assert await session.scalar(text(f"SELECT CAST(:value AS {kind})"), {"value": value}) == value


async def test_documents_come_back_as_they_were(database):
    async with database.transaction() as session:
        kept = await session.scalar(text("SELECT CAST(:value AS jsonb)"), {"value": '{"a": [1, 0.5, null, "ü"]}'})
    assert kept == {"a": [1, 0.5, None, "ü"]}
