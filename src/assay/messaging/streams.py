"""The streams of the job queue, in the form that this version of Assay wants them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self
from uuid import uuid4

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, RetentionPolicy, StreamConfig
from nats.js.errors import BadRequestError

from assay.settings import Settings

MINUTE: Final = 60
DAY: Final = 24 * 60 * MINUTE
DUPLICATE_WINDOW_SECONDS: Final = 10 * MINUTE
QUEUE_DAYS: Final = 7
DEAD_DAYS: Final = 30
STREAM_NAME_IN_USE: Final = 10058
FIRST_WITH_SCHEDULES: Final = (2, 12)


@dataclass(frozen=True, slots=True)
class Queue:
    """Names and shapes of one queue. Two installations on one broker give theirs different names."""

    name: str = "JOBS"
    replicas: int = 1
    ack_wait: float = 30.0
    """Seconds after which a message that nobody works on is given to another worker."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.jobs_stream, settings.jobs_replicas, settings.jobs_ack_wait_seconds)

    @property
    def run(self) -> str:
        return f"{self.name.lower()}.run"

    @property
    def later(self) -> str:
        return f"{self.name.lower()}.later"

    @property
    def dead(self) -> str:
        return f"{self.name.lower()}.dead"

    @property
    def dead_name(self) -> str:
        return f"{self.name}_DEAD"

    @property
    def durable(self) -> str:
        return f"{self.name.lower()}_workers"

    def work_stream(self, *, schedules: bool) -> StreamConfig:
        features = {"allow_msg_schedules": True, "allow_msg_ttl": True} if schedules else {}
        return StreamConfig(
            name=self.name,
            subjects=[self.run, f"{self.later}.>"],
            retention=RetentionPolicy.WORK_QUEUE,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            max_age=QUEUE_DAYS * DAY,
            num_replicas=self.replicas,
            **features,
        )

    def dead_stream(self) -> StreamConfig:
        return StreamConfig(
            name=self.dead_name,
            subjects=[f"{self.dead}.>"],
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            max_age=DEAD_DAYS * DAY,
            num_replicas=self.replicas,
        )

    def consumer(self) -> ConsumerConfig:
        """Deliveries are not bounded by the server, which would let a message lie in silence after the last one."""
        return ConsumerConfig(
            durable_name=self.durable, filter_subject=self.run, ack_wait=self.ack_wait, max_deliver=-1
        )


def has_schedules(client: Client) -> bool:
    """Whether the broker itself can keep a message until it is due."""
    version = client.connected_server_version
    return (version.major, version.minor) >= FIRST_WITH_SCHEDULES


async def ensure(js: JetStreamContext, queue: Queue, *, schedules: bool) -> None:
    """Makes the streams and the consumer, or changes those there are to the present shape."""
    for config in (queue.work_stream(schedules=schedules), queue.dead_stream()):
        try:
            await js.add_stream(config)
        except BadRequestError as error:
            if error.err_code != STREAM_NAME_IN_USE:
                raise
            await js.update_stream(config)
    await js.add_consumer(queue.name, queue.consumer())


async def publish(
    js: JetStreamContext,
    queue: Queue,
    data: bytes,
    *,
    message_id: str | None = None,
    at: datetime | None = None,
    schedules: bool = True,
) -> None:
    """Puts a message into the queue; `at`: when it is to be delivered.

    The same `message_id` within ten minutes is stored once. A broker without schedules delivers at once.
    """
    headers: dict[str, Any] = {"Nats-Msg-Id": message_id} if message_id else {}
    subject = queue.run
    if at and schedules:
        moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        headers |= {"Nats-Schedule": f"@at {moment}", "Nats-Schedule-Target": queue.run}
        subject = f"{queue.later}.{uuid4().hex}"
    await js.publish(subject, data, headers=headers or None)
