"""The order of publication is the order of commits, whoever publishes."""

import asyncio
import random

import pytest
from tests.builders import rows, scalar
from tests.messaging.helpers import recorded, recover

from assay.clock import now
from assay.db.engine import Database
from assay.messaging import outbox

pytestmark = pytest.mark.anyio
LATER_IDS_FIRST = """
    SELECT count(*) FROM outbox a JOIN outbox b ON a.entry_id < b.entry_id AND a.sequence > b.sequence"""


async def published(database: Database, limit: int = 100) -> list[int]:
    async with database.transaction() as session:
        return [each.id for each in await outbox.publish(session, limit=limit) or []]


async def test_what_commits_late_is_published_late_and_not_lost(database):
    async with database.transaction() as slow:
        await recorded(slow, "slow")
        await recover(database, "fast")
        assert await published(database) == [1]
    assert await published(database) == [2]
    names = await rows(
        database, "SELECT data->>'job_name' FROM outbox JOIN audit_log ON id = entry_id ORDER BY sequence"
    )
    assert [each[0] for each in names] == ["fast", "slow"]
    assert await scalar(database, LATER_IDS_FIRST) == 1


async def test_only_events_are_published(database):
    async with database.transaction() as session:
        await recorded(session, "an event")
        await session.connection()
    await rows(database, "INSERT INTO audit_log (actor_user_id, action) VALUES (1, 'no.event') RETURNING id")
    assert await published(database) == [1]
    assert await scalar(database, "SELECT count(*) FROM audit_log") == 2


async def test_the_numbers_have_no_gap_whoever_commits_publishes_or_fails(database, database_url):
    writers, relays, seed = 6, 3, random.Random(7)
    found: list[int] = []
    writing = True

    async def write(own: random.Random) -> None:
        for number in range(15):
            async with database.transaction() as session:
                await recorded(session, *["event"] * own.randint(1, 3))
                await asyncio.sleep(own.random() / 100)
                if number % 4 == 0:
                    await session.rollback()

    async def relay() -> None:
        own = Database(database_url)
        while writing or await published(own, limit=5):
            found.extend(await published(own, limit=5))
        await own.close()

    publishing = [asyncio.create_task(relay()) for _ in range(relays)]
    await asyncio.gather(*(write(random.Random(seed.random())) for _ in range(writers)))
    writing = False
    await asyncio.gather(*publishing)
    await published(database, limit=1000)
    events = await scalar(database, "SELECT count(*) FROM audit_log")
    numbers = await rows(database, "SELECT sequence FROM outbox ORDER BY sequence")
    assert [each[0] for each in numbers] == [*range(1, events + 1)]
    assert len(found) == len(set(found))


async def test_one_transaction_is_published_in_its_own_order(database):
    await recover(database, *map(str, range(20)), together=True)
    assert await published(database, limit=7) == [*range(1, 8)]
    assert await published(database) == [*range(8, 21)]
    assert await scalar(database, LATER_IDS_FIRST) == 0


async def test_while_another_publishes_there_is_nothing_to_do(database):
    await recover(database, "a")
    async with database.transaction() as busy:
        assert len(await outbox.publish(busy, limit=10) or []) == 1
        assert await published(database) == []
    assert await published(database) == []


async def test_forgetting_the_order_keeps_the_trail_and_the_numbers(database):
    await recover(database, "a", "b", "c")
    await published(database)
    async with database.transaction() as session:
        assert await outbox.prune(session, before=now()) == 2
        assert await outbox.bounds(session) == (3, 3)
    await recover(database, "d")
    assert await published(database) == [4]
    assert await scalar(database, "SELECT count(*) FROM audit_log") == 4


async def test_each_database_has_a_name_of_its_own_on_a_shared_broker(database, server_url):
    async with database.transaction() as session:
        ours = await outbox.identity(session)
    other = Database(server_url)
    async with other.transaction() as session:
        assert await outbox.identity(session) != ours
    await other.close()
