"""Workers and schedulers as blocks: they work while the block lasts, and end in order with it.

Leave them in the reverse order: the scheduler first, so that nothing new comes; then the worker, which drains and
hands over; then the broker's connection. Servers of one's own stop last.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final

import structlog

from assay.clock import now
from assay.db.engine import UNREACHABLE, Database, first_line
from assay.db.listening import listening
from assay.db.models import ProcessRole
from assay.messaging import outbox
from assay.messaging.background import ended, goes_on
from assay.queue import dispatcher, heartbeats, history
from assay.queue.broker import JobBroker
from assay.queue.deps import Tools
from assay.queue.failures import is_transient
from assay.queue.heartbeats import shown
from assay.queue.patience import patiently
from assay.queue.scheduler import Scheduler, Ticks
from assay.queue.tasks import register
from assay.queue.worker import JobReceiver

REQUESTS_SECONDS: Final = 30.0
"""How long a request waits at most that no scheduler was told of."""
AFTER_ANOTHER_SECONDS: Final = 1.0
"""How soon one looks again where another scheduler was at the requests: that one may have died of it."""
AFTER_ERROR_SECONDS: Final = 1.0
SWEEP_SECONDS: Final = 10.0
PRUNE_SECONDS: Final = 3600.0
CONCURRENCY: Final = 4
DRAIN_SECONDS: Final = 20.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def connected_broker(tools: Tools, nats_url: str, name: str) -> AsyncIterator[JobBroker]:
    """The queue, with all jobs as its tasks. Raises Unavailable when the broker does not answer."""
    broker = JobBroker.of(tools.settings, nats_url, name=name)
    broker.is_worker_process = True
    register(broker, tools)
    await broker.startup()
    try:
        yield broker
    finally:
        await broker.flush()
        await broker.shutdown()


@asynccontextmanager
async def working(
    broker: JobBroker, tools: Tools, *, concurrency: int = CONCURRENCY, drain: float = DRAIN_SECONDS
) -> AsyncIterator[JobReceiver]:
    """A worker. At the end it takes no more, waits `drain` seconds for what runs, and hands over the rest."""
    finish = asyncio.Event()
    receiver = JobReceiver(broker, tools.database, concurrency=concurrency, drain=drain)
    listening = asyncio.create_task(receiver.listen(finish))
    async with shown(tools.database, ProcessRole.WORKER):
        try:
            yield receiver
        finally:
            finish.set()
            with suppress(*UNREACHABLE):
                async with tools.database.transaction() as session:
                    await history.note_stopping(session)
            await listening


@asynccontextmanager
async def scheduling(broker: JobBroker, tools: Tools) -> AsyncIterator[None]:
    """A scheduler: fires ticks, relays what changes asked for, and looks after the history."""
    source = Ticks(tools.database)
    await patiently(source.startup, what="the schedules")
    scheduler = Scheduler(broker, source)

    async def relay_requests() -> float:
        taken = await dispatcher.relay_requests(broker, tools.database)
        return AFTER_ANOTHER_SECONDS if taken is None else REQUESTS_SECONDS

    async def look_after_runs() -> None:
        await dispatcher.sweep(broker, tools.database)
        await dispatcher.bury_the_dead(tools.database)

    async def prune() -> None:
        async with tools.database.transaction() as session:
            await history.prune(session, older_than=timedelta(days=tools.settings.jobs_history_days))
            await heartbeats.forget_the_dead(session)
            await outbox.prune(session, before=now() - timedelta(days=tools.settings.events_kept_days))

    duties = [
        _whenever_told(tools.database, scheduler.fire_due),
        _whenever_told(tools.database, relay_requests),
        _again_and_again(look_after_runs, SWEEP_SECONDS),
        _again_and_again(prune, PRUNE_SECONDS),
    ]
    at_work = [asyncio.create_task(each) for each in duties]
    async with shown(tools.database, ProcessRole.SCHEDULER):
        try:
            yield
        finally:
            await ended(at_work)


async def _whenever_told(database: Database, duty: Callable[[], Awaitable[float]]) -> None:
    """Performs a duty whenever the database tells of work for schedulers, and after the seconds that it returns."""

    async def listen() -> None:
        async with listening(database.engine, dispatcher.NOTIFICATIONS) as wait:
            while goes_on():
                await wait(await duty())

    await _again_and_again(listen, AFTER_ERROR_SECONDS)


async def _again_and_again(duty: Callable[[], Awaitable[object]], pause: float) -> None:
    """Performs a duty for ever. Servers that are away are told of once, and waited for."""
    away = False
    while goes_on():
        try:
            await duty()
            away = False
        except Exception as error:  # a scheduler lives through everything
            if not away or not is_transient(error):
                log.warning("duty_failed", reason=first_line(error), exc_info=None if is_transient(error) else error)
            away = True
        await asyncio.sleep(pause)
