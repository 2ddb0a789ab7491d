"""All that we use of taskiq-nats and nats-py beside what they promise. `tests/queue/test_taskiq_private.py` pins it.

A new version of either that changes one of these fails there, and is mended here.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from taskiq_nats import PullBasedJetStreamBroker


class OwnStreamsBroker(PullBasedJetStreamBroker, ABC):
    """A broker that makes its streams and its consumer itself, for the library would neither change nor delay them."""

    @abstractmethod
    async def make_streams(self) -> None:
        """Makes the streams and the consumer. Called once the client is connected."""

    async def _add_or_reuse_stream(self) -> None:
        await self.make_streams()

    async def _startup_consumer(self) -> None:
        """Made with the streams."""


def arrived_late(subscription: JetStreamContext.PullSubscription) -> Iterator[Msg]:
    """Takes the messages that came for a request which nobody waits for any more. Nothing public leads to them."""
    pending = subscription._sub._pending_queue  # noqa: SLF001
    while not pending.empty():
        yield pending.get_nowait()
