"""One fault ends neither the relay nor the hub: both work on for as long as their process lives."""

import pytest
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from tests.builders import scalar
from tests.messaging.helpers import recover
from tests.patience import until

from assay.background_tasks import background
from assay.messaging import outbox, relay
from assay.messaging.hub import Hub

pytestmark = pytest.mark.anyio

NO_CONNECTION = NoFreeConnection("QueuePool limit of size 5 overflow 10 reached")


def failing(act, *errors):
    """The same, after it has failed in each of these ways."""
    left = list(errors)

    async def fail_first(*args, **kwargs):
        if left:
            raise left.pop(0)
        return await act(*args, **kwargs)

    return fail_first


async def test_a_relay_without_a_connection_to_spare_or_with_a_defect_goes_on(database, nats_url, monkeypatch):
    monkeypatch.setattr(relay, "PAUSE_AFTER_ERROR_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "publish", failing(outbox.publish, NO_CONNECTION, ValueError("a defect")))
    async with background(relay.relay(database, nats_url)):
        await recover(database, "told")
        await until(lambda: scalar(database, "SELECT max(sequence) = 1 FROM outbox"))


async def test_a_hub_without_a_connection_to_spare_goes_on(database, nats_url, monkeypatch):
    monkeypatch.setattr(outbox, "bounds", failing(outbox.bounds, NO_CONNECTION))
    monkeypatch.setattr(outbox, "published", failing(outbox.published, NO_CONNECTION))
    hub = Hub(database, nats_url)
    async with background(hub.run(), stop=hub.close):
        assert await hub.start(None) == 0
        await recover(database, "told")
        async with database.transaction() as session:
            await outbox.publish(session, limit=10)
        await until(lambda: hub.position == 1)
