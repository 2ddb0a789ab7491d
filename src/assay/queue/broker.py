"""The queue of jobs on NATS JetStream."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import structlog
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from taskiq import AckableMessage
from taskiq.message import BrokerMessage

from assay.background_tasks import cancel_all, is_cancelled
from assay.messaging import nats, streams
from assay.messaging.streams import Queue
from assay.queue.order import DUE_AT, MESSAGE_ID, Order
from assay.queue.taskiq_private import OwnStreamsBroker, arrived_late
from assay.settings import Settings

PULL_SECONDS: Final = 30
"""How long one request for a message stays open. Never for ever: the broker may lose it. When the connection was lost
it is renewed at once."""
START_SECONDS: Final = 60
PAUSE_SECONDS: Final = 0.5
FLUSH_SECONDS: Final = 2
ANSWERED: Final = b"$JS.ACK"

log = structlog.get_logger(__name__)


class Delivered(AckableMessage):
    """A message, and all the ways to answer it."""

    nak: Callable[..., Awaitable[None]]
    term: Callable[[], Awaitable[None]]
    in_progress: Callable[[], Awaitable[None]]
    number: int
    """1 at the first delivery."""
    sequence: int


class JobBroker(OwnStreamsBroker):
    """A work queue with idempotent orders, delays kept by the broker, and dead letters."""

    def __init__(self, nats_url: str, queue: Queue, *, name: str = "assay") -> None:
        super().__init__(
            nats.servers(nats_url),
            subject=queue.run,
            stream_name=queue.name,
            durable=queue.durable,
            pull_consume_batch=1,
            pull_consume_timeout=PULL_SECONDS,
            disconnected_cb=self._on_loss,
            reconnected_cb=self._on_return,
            **nats.reconnect_options(name),
        )
        self.queue_of_jobs = queue
        self._is_closing = False
        self._returned = asyncio.Event()
        """The connection was made anew: what was asked on the old one is not answered."""

    @classmethod
    def of(cls, settings: Settings, nats_url: str, *, name: str = "assay") -> "JobBroker":
        return cls(nats_url, Queue.of(settings), name=name)

    @property
    def is_connected(self) -> bool:
        return bool(self.client.is_connected)

    async def startup(self) -> None:
        """Raises Unavailable when the broker does not answer in time."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await super().startup()
        except (NatsError, TimeoutError, OSError) as error:
            raise nats.unavailable(error) from None

    async def shutdown(self) -> None:
        self._is_closing = True
        await super().shutdown()

    async def _on_loss(self) -> None:
        if not self._is_closing:
            log.warning("broker_lost")

    async def _on_return(self) -> None:
        log.warning("broker_back")
        self._returned.set()

    async def make_streams(self) -> None:
        """A cluster that has just started has no leader for a while."""
        while True:
            try:
                await self.ensure()
            except (TimeoutError, NatsTimeout):
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def ensure(self) -> None:
        await streams.ensure(self.js, self.queue_of_jobs, schedules=streams.has_schedules(self.client))

    async def submit(self, order: Order) -> None:
        """Puts an order into the queue. Raises NatsError when that is not certain; doing it again is harmless."""
        await self.kick(self.formatter.dumps(order.message()))

    async def kick(self, message: BrokerMessage) -> None:
        due = message.labels.get(DUE_AT)
        await self.put(
            message.message, message_id=message.labels.get(MESSAGE_ID), at=datetime.fromisoformat(due) if due else None
        )

    async def put(self, data: bytes, *, message_id: str | None = None, at: datetime | None = None) -> None:
        await streams.publish(
            self.js,
            self.queue_of_jobs,
            data,
            message_id=message_id,
            at=at,
            schedules=streams.has_schedules(self.client),
        )

    async def dead_letter(self, job: str, data: bytes, headers: dict[str, str]) -> None:
        """Puts a message into the stream of dead letters. `job` must be fit for a subject."""
        await self.js.publish(f"{self.queue_of_jobs.dead}.{job}", data, headers=headers)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Messages one by one, through every failure of the broker. Ends when it is closed."""
        subscription: JetStreamContext.PullSubscription | None = None
        try:
            while True:
                try:
                    subscription = subscription or await self._subscribed()
                    messages = await self._fetched(subscription)
                except (TimeoutError, NatsTimeout):
                    _heed_cancellation()
                    continue
                except NatsError as error:
                    _heed_cancellation()
                    log.warning("queue_not_readable", reason=str(error) or type(error).__name__)
                    await asyncio.sleep(PAUSE_SECONDS)
                    await self._renew(subscription)
                    subscription = None
                    continue
                for message in messages:
                    yield _delivered(message)
        finally:
            if subscription:
                await self._withdraw(subscription)

    async def _fetched(self, subscription: Any) -> Any:
        """The next message. None within the time, or by the time that the connection was made anew: TimeoutError."""
        self._returned.clear()
        fetching = asyncio.ensure_future(subscription.fetch(batch=1, timeout=PULL_SECONDS))
        returned = asyncio.ensure_future(self._returned.wait())
        try:
            await asyncio.wait({fetching, returned}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._given_back(fetching)
            raise
        finally:
            returned.cancel()
        if fetching.done():
            return fetching.result()
        await cancel_all([fetching])
        raise TimeoutError

    async def _given_back(self, fetching: "asyncio.Future[Any]") -> None:
        """What comes at the very moment at which nobody wants it any more would lie here until it is missed."""
        fetching.cancel()
        with suppress(NatsError, asyncio.TimeoutError, OSError, asyncio.CancelledError):
            for message in await fetching:
                await message.nak()

    async def _subscribed(self) -> Any:
        return await self.js.pull_subscribe_bind(durable=self.queue_of_jobs.durable, stream=self.queue_of_jobs.name)

    async def _renew(self, subscription: Any) -> None:
        """The streams may be gone with the store of the broker: makes them again."""
        with suppress(NatsError, asyncio.TimeoutError):
            if subscription:
                await subscription.unsubscribe()
            await self.ensure()

    async def _withdraw(self, subscription: Any) -> None:
        """Takes back the open request, and gives back what came meanwhile: it would lie here until it is missed."""
        with suppress(NatsError, asyncio.TimeoutError, OSError):
            await subscription.unsubscribe()
            await self.client.flush(FLUSH_SECONDS)
            for message in arrived_late(subscription):
                if message.reply.encode().startswith(ANSWERED):
                    await message.nak()

    async def flush(self) -> None:
        """Waits until all answers have left."""
        with suppress(NatsError, asyncio.TimeoutError, OSError):
            await self.client.flush(FLUSH_SECONDS)


def _heed_cancellation() -> None:
    if is_cancelled():
        raise asyncio.CancelledError


def _delivered(message: Any) -> Delivered:
    return Delivered(
        data=message.data,
        ack=message.ack,
        nak=message.nak,
        term=message.term,
        in_progress=message.in_progress,
        number=message.metadata.num_delivered,
        sequence=message.metadata.sequence.stream,
    )
