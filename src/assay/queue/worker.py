"""Taking messages from the queue: each is answered exactly as it ended, whatever happens to the worker."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from nats.errors import Error as NatsError
from taskiq import AckableMessage
from taskiq.acks import AckController
from taskiq.message import TaskiqMessage
from taskiq.receiver import Receiver
from taskiq.result import TaskiqResult

from assay.background_tasks import background, is_cancelled
from assay.clock import now
from assay.db.engine import Database, first_line
from assay.db.models import DeadReason
from assay.queue.broker import Delivered, JobBroker
from assay.queue.dead_letters import DeadLetter, dead_letter
from assay.queue.order import Order
from assay.queue.run import CrashLoop, StillRunning

BEATS_PER_WAIT: Final = 3
MAX_DELIVERIES: Final = 20
"""After so many, what cannot be carried out for a fault of ours is a dead letter."""
MAX_UNKNOWN_JOB_DELIVERIES: Final = 10
"""Workers to which a job is given that do not know it, before it is a dead letter: a newer one may live beside them."""
PAUSE_AFTER_STRANGER_SECONDS: Final = 1.0
PAUSE_AFTER_FAULT_SECONDS: Final = 5
UNANSWERABLE: Final = (NatsError, asyncio.TimeoutError, OSError)

log = structlog.get_logger(__name__)


class Worker(Receiver):
    """Works on `concurrency` messages at a time. After the finish event it drains, then hands over what is left."""

    def __init__(self, broker: JobBroker, database: Database, *, concurrency: int, drain: float) -> None:
        super().__init__(
            broker,
            max_async_tasks=concurrency,
            run_startup=False,
            wait_tasks_timeout=drain,
        )
        self._jobs, self._database = broker, database
        self._active: set[asyncio.Task[Any]] = set()

    async def listen(self, finish_event: asyncio.Event) -> None:
        try:
            await super().listen(finish_event)
        finally:
            await self.hand_over()

    async def hand_over(self) -> None:
        """Cancels what still runs. Its messages go back to the queue at once, for another worker."""
        left = [each for each in self._active if not each.done()]
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._jobs.flush()

    async def run_task(
        self, target: Callable[..., Any], message: TaskiqMessage, ack_controller: AckController | None = None
    ) -> TaskiqResult[Any]:
        """An error here is none of the job, whose errors are results, but ours: the message must not count as done."""
        result = await super().run_task(target, message, ack_controller)
        if result.error:
            raise result.error
        return result

    async def callback(self, message: bytes | AckableMessage, raise_err: bool = False) -> None:
        """Works on one message and answers it."""
        if not isinstance(message, Delivered):
            await super().callback(message, raise_err)
            return
        if me := asyncio.current_task():
            self._active.add(me)
            me.add_done_callback(self._active.discard)
        async with self._kept(message):
            await self._answer(message)

    @asynccontextmanager
    async def _kept(self, message: Delivered) -> AsyncIterator[None]:
        """Tells the broker again and again that the message is worked on."""

        async def beat() -> None:
            while not is_cancelled():
                await asyncio.sleep(self._jobs.queue_of_jobs.ack_wait / BEATS_PER_WAIT)
                with suppress(*UNANSWERABLE):
                    await message.in_progress()

        async with background(beat()):
            yield

    async def _answer(self, message: Delivered) -> None:
        try:
            await self._work_on(message)
        except asyncio.CancelledError:
            await _give_back(message)
            raise
        except Exception as error:  # a fault of the engine must neither lose the message nor end the worker
            log.exception("message_not_worked_off", delivery=message.number, reason=first_line(error))
            await _give_back(message, PAUSE_AFTER_FAULT_SECONDS)

    async def _work_on(self, message: Delivered) -> None:
        order = await self._readable(message)
        if order is None:
            return
        if order.waits and order.due_at:  # of a broker that keeps no delays
            await message.nak(delay=(order.due_at - now()).total_seconds())
            return
        try:
            await super().callback(message, raise_err=True)
        except StillRunning:
            await _give_back(message, self._jobs.queue_of_jobs.ack_wait)
        except CrashLoop as error:
            await self._dead_letter(message, _letter(message, order, error))
        except Exception as error:
            if message.number < MAX_DELIVERIES:
                raise
            await self._dead_letter(message, _letter(message, order, error))

    async def _readable(self, message: Delivered) -> Order | None:
        """The order, or None for a message that is a dead letter by now."""
        source = f"{message.sequence}:{hashlib.sha256(message.data).hexdigest()[:16]}"
        try:
            order = Order.of(self._jobs.formatter.loads(message.data))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with bytes from outside
            words = f"It is not an order: {type(error).__name__}."
            await self._dead_letter(message, DeadLetter(source, "", DeadReason.UNPARSEABLE, words, message.data))
            return None
        if self._jobs.find_task(order.job) is None:
            await self._requeue_unknown(message, source, order)
            return None
        return order

    async def _requeue_unknown(self, message: Delivered, source: str, order: Order) -> None:
        """Gives a job that this version does not have to another worker, as long as that may help."""
        if message.number < MAX_UNKNOWN_JOB_DELIVERIES:
            await _give_back(message, PAUSE_AFTER_STRANGER_SECONDS)
            return
        words = f"This version of Assay has no job {order.job!r}."
        await self._dead_letter(
            message, DeadLetter(source, order.job, DeadReason.UNKNOWN_TASK, words, message.data, order)
        )

    async def _dead_letter(self, message: Delivered, letter: DeadLetter) -> None:
        await dead_letter(self._jobs, self._database, letter)
        await message.term()


def _letter(message: Delivered, order: Order, error: Exception) -> DeadLetter:
    return DeadLetter(order.message_id, order.job, DeadReason.CRASH_LOOP, first_line(error), message.data, order)


async def _give_back(message: Delivered, delay: float | None = None) -> None:
    """If the broker is away it gives the message to another worker by itself."""
    with suppress(*UNANSWERABLE):
        await message.nak(delay=delay)
