"""What we use of the libraries of the queue beside what they promise. A new version that changes it fails here."""

import asyncio

import pytest
from nats.js.api import ConsumerConfig, StreamConfig
from tests.patience import PATIENCE, until
from tests.queue.helpers import working

from assay.messaging import nats
from assay.queue.taskiq_private import OwnStreamsBroker, arrived_late

pytestmark = pytest.mark.anyio


class Counting(OwnStreamsBroker):
    made = 0

    async def make_streams(self) -> None:
        assert self.client.is_connected
        self.made += 1


async def test_the_streams_are_made_once_by_us_and_none_by_the_library(nats_url):
    broker = Counting(nats.servers(nats_url), subject="of_the_library", stream_name="OF_THE_LIBRARY")
    await broker.startup()
    try:
        assert broker.made == 1
        assert "OF_THE_LIBRARY" not in {each.config.name for each in await broker.js.streams_info()}
    finally:
        await broker.shutdown()


async def test_a_message_for_a_request_that_nobody_waits_for_is_found(nats_url):
    async with nats.connected(nats_url) as client:
        js = client.jetstream()
        await js.add_stream(StreamConfig(name="LATE", subjects=["late"]))
        try:
            await js.add_consumer("LATE", ConsumerConfig(durable_name="late"))
            subscription = await js.pull_subscribe_bind(durable="late", stream="LATE")
            asking = asyncio.create_task(subscription.fetch(timeout=PATIENCE))
            await until(lambda: _asked(js))
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await js.publish("late", b"late")
            found: list[bytes] = []

            async def has_come() -> bool:
                found.extend(each.data for each in arrived_late(subscription))
                return bool(found)

            await until(has_come)
            assert found == [b"late"]
            assert list(arrived_late(subscription)) == []
        finally:
            await js.delete_stream("LATE")


async def _asked(js) -> bool:
    return bool((await js.consumer_info("LATE", "late")).num_waiting)


async def test_orders_that_are_worked_on_side_by_side_are_not_mixed_up(queue):
    names = ["first", "second", "third", "fourth"]
    all_begun = asyncio.Barrier(len(names))

    def body(name):
        async def note(context):
            await all_begun.wait()
            queue.ran.append((name, context.job))
            return {"done": 1}

        return note

    for name in names:
        queue.declare(name, body(name))
        await queue.order(name)
    async with working(queue.broker, queue.deps, concurrency=len(names)):
        for name in names:
            await queue.until_states(name, "ok")
    assert sorted(queue.ran) == sorted((name, name) for name in names)
