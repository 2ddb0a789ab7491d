"""A connection to the broker that mends itself, for those who can do without for a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from assay.background_tasks import background
from assay.messaging.nats import reconnect_options, servers

log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 1
FAULTS: Final = (NatsError, OSError, TimeoutError)

Connected = Callable[[], Client | None]
"""The client while it is connected."""


@asynccontextmanager
async def reconnecting(
    nats_url: str, name: str, then: Callable[[Client], Awaitable[object]] | None = None
) -> AsyncIterator[Connected]:
    """Connects in the background, again and again, for the length of the block.

    `name` is what the broker shows. `then`: what to do with each new client, such as to subscribe. A client that
    reconnects keeps its subscriptions.
    """
    current: Client | None = None

    async def stay_connected() -> None:
        nonlocal current
        while True:
            client, closed = Client(), asyncio.Event()
            try:
                await client.connect(servers(nats_url), **reconnect_options(name), closed_cb=_setter(closed))
                if then:
                    await then(client)
                current = client
                await closed.wait()
            except FAULTS as error:
                log.warning("broker_unreachable", error=str(error) or type(error).__name__)
            finally:
                current = None
                await client.close()
            await asyncio.sleep(RETRY_SECONDS)

    async with background(stay_connected()):
        yield lambda: current if current and current.is_connected else None


def _setter(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def set_it() -> None:
        event.set()

    return set_it
