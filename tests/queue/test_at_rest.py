"""While nothing happens nothing is asked; what happens is told; and what nobody was told of is found all the same."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import text
from tests.builders import counted_statements
from tests.messaging.helpers import recover
from tests.patience import until
from tests.queue.helpers import scheduling, working

from assay.background_tasks import background
from assay.messaging import relay as event_relay
from assay.messaging.hub import Hub
from assay.messaging.relay import relay
from assay.queue import processes

pytestmark = pytest.mark.anyio

SECONDS = 4
MAX_STATEMENTS = 3 * SECONDS
"""Polling four times a second, as it was once, came to a hundred."""
NEVER = 3600.0


@asynccontextmanager
async def everything(queue, nats_url):
    """What `assay up` runs, but for the sockets."""
    async with AsyncExitStack() as at_work:
        await at_work.enter_async_context(working(queue.broker, queue.deps))
        await at_work.enter_async_context(scheduling(queue.broker, queue.deps))
        await at_work.enter_async_context(background(relay(queue.database, nats_url)))
        hub = Hub(queue.database, nats_url)
        await at_work.enter_async_context(background(hub.run(), stop=hub.close))
        yield hub


async def test_at_rest_the_database_is_hardly_asked(queue, nats_url):
    queue.declare("probe")
    async with everything(queue, nats_url):
        await asyncio.sleep(2)  # until all have looked for what there was before them
        with counted_statements(queue.database) as statements:
            await asyncio.sleep(SECONDS)
    assert len(statements) <= MAX_STATEMENTS, statements


@pytest.fixture
def no_sweep(monkeypatch):
    monkeypatch.setattr(processes, "REQUESTS_SECONDS", NEVER)


async def test_what_lets_a_job_start_is_told(queue, no_sweep):
    may_end = asyncio.Event()

    async def gated(_work):
        queue.ran.append("gated")
        await may_end.wait()
        return {"done": 1}

    async def ran(times):
        return len(queue.ran) == times

    queue.declare("gated", gated)
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.request("gated")
        await until(lambda: ran(1))
        await queue.request("gated")  # is kept while it runs
        await asyncio.sleep(1)
        may_end.set()
        await until(lambda: ran(2))


async def test_a_request_that_nobody_was_told_of_is_found(queue, monkeypatch):
    monkeypatch.setattr(processes, "REQUESTS_SECONDS", 0.5)
    async with queue.database.transaction() as session:
        await session.execute(text("ALTER TABLE job_requests DISABLE TRIGGER tell_schedulers"))
    queue.declare("probe")
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await asyncio.sleep(1)
        await queue.request("probe")
        await queue.until_states("probe", "ok")


async def test_an_event_that_nobody_was_told_of_is_found(queue, nats_url, monkeypatch):
    monkeypatch.setattr(event_relay, "SWEEP_SECONDS", 0.5)
    monkeypatch.setattr("assay.messaging.hub.SWEEP_SECONDS", 0.5)
    hub = Hub(queue.database, nats_url)

    async def arrived():
        return hub.position == 1

    async with background(relay(queue.database, nats_url)), background(hub.run(), stop=hub.close):
        await asyncio.sleep(1)
        async with queue.database.transaction() as session:
            raw = await session.connection()
            await raw.exec_driver_sql("ALTER FUNCTION fill_outbox RENAME TO was_told")
            await raw.exec_driver_sql(
                "CREATE FUNCTION fill_outbox() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO outbox "
                "(entry_id) SELECT id FROM added WHERE channel IS NOT NULL; RETURN NULL; END'"
            )
            await raw.exec_driver_sql("DROP TRIGGER fill_outbox ON audit_log")
            await raw.exec_driver_sql(
                "CREATE TRIGGER fill_outbox AFTER INSERT ON audit_log REFERENCING NEW TABLE AS added "
                "FOR EACH STATEMENT EXECUTE FUNCTION fill_outbox()"
            )
        await recover(queue.database, "told to nobody")
        await until(arrived)
