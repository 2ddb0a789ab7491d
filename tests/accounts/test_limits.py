"""An allowance that several processes share."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.builders import scalar

from assay.accounts import limits
from assay.accounts.limits import Rate
from assay.errors import TooMany

pytestmark = pytest.mark.anyio
SLOW = Rate(timedelta(hours=1), burst=7)


async def test_an_allowance_is_exact_under_concurrency(database):
    async def spend() -> bool:
        async with database.transaction() as session:
            await limits.spend(session, "key", SLOW)
        return True

    spent = await asyncio.gather(*(spend() for _ in range(20)), return_exceptions=True)
    refused = [each for each in spent if isinstance(each, TooMany)]
    assert (spent.count(True), len(refused)) == (SLOW.burst, 20 - SLOW.burst)
    assert {each.retry_after for each in refused} == {3600}


async def test_an_allowance_comes_back_and_is_then_forgotten(database):
    quick = Rate(timedelta(milliseconds=1), burst=1)
    for _ in range(3):
        async with database.transaction() as session:
            await limits.spend(session, "key", quick)
        await asyncio.sleep(0.005)
    async with database.transaction() as session:
        await session.execute(text("UPDATE rate_limits SET free_at = now() - interval '2 hours'"))
        await limits.forget_spent(session)
    assert await scalar(database, "SELECT count(*) FROM rate_limits") == 0


async def test_a_window_that_a_clock_ahead_has_opened_is_over(database):
    async def spend(times: int) -> None:
        for _ in range(times):
            async with database.transaction() as session:
                await limits.spend(session, "key", SLOW)

    await spend(1)
    async with database.transaction() as session:
        await session.execute(text("UPDATE rate_limits SET free_at = now() + interval '40 days'"))
    await spend(SLOW.burst)
    with pytest.raises(TooMany):
        await spend(1)


async def test_a_window_ahead_is_forgotten(database):
    async with database.transaction() as session:
        await limits.spend(session, "key", SLOW)
        await session.execute(text("UPDATE rate_limits SET free_at = now() + interval '40 days'"))
        await limits.forget_spent(session)
    assert await scalar(database, "SELECT count(*) FROM rate_limits") == 0
