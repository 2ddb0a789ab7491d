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

from assay.audit import chain
from assay.background_tasks import cancel_all, is_cancelled, run_every
from assay.clock import now
from assay.db.engine import UNREACHABLE, Database, first_line
from assay.db.models import ProcessRole
from assay.db.notifications import listening
from assay.messaging import outbox
from assay.queue import dispatcher, heartbeats, history
from assay.queue.broker import JobBroker
from assay.queue.deps import Deps
from assay.queue.failures import is_transient
from assay.queue.heartbeats import shown
from assay.queue.retry import retry_until_available
from assay.queue.scheduler import Scheduler, Ticks
from assay.queue.tasks import register
from assay.queue.worker import Worker

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
async def connected_broker(deps: Deps, nats_url: str, name: str) -> AsyncIterator[JobBroker]:
    """The queue, with all jobs as its tasks. Raises Unavailable when the broker does not answer."""
    broker = JobBroker.of(deps.settings, nats_url, name=name)
    broker.is_worker_process = True
    register(broker, deps)
    await broker.startup()
    try:
        yield broker
    finally:
        await broker.flush()
        await broker.shutdown()


@asynccontextmanager
async def working(
    broker: JobBroker, deps: Deps, *, concurrency: int = CONCURRENCY, drain: float = DRAIN_SECONDS
) -> AsyncIterator[Worker]:
    """A worker. At the end it takes no more, waits `drain` seconds for what runs, and hands over the rest."""
    finish = asyncio.Event()
    receiver = Worker(broker, deps.database, concurrency=concurrency, drain=drain)
    listening = asyncio.create_task(receiver.listen(finish))
    async with shown(deps.database, ProcessRole.WORKER):
        try:
            yield receiver
        finally:
            finish.set()
            with suppress(*UNREACHABLE):
                async with deps.database.transaction() as session:
                    await history.note_stopping(session)
            await listening


@asynccontextmanager
async def scheduling(broker: JobBroker, deps: Deps) -> AsyncIterator[None]:
    """A scheduler: fires ticks, relays what changes asked for, and looks after the history."""
    source = Ticks(deps.database)
    await retry_until_available(source.startup, what="the schedules")
    scheduler = Scheduler(broker, source)

    async def relay_requests() -> float:
        taken = await dispatcher.relay_requests(broker, deps.database)
        return AFTER_ANOTHER_SECONDS if taken is None else REQUESTS_SECONDS

    async def look_after_runs() -> None:
        await dispatcher.sweep(broker, deps.database)
        await dispatcher.mark_lost_runs(deps.database)

    async def chain_trail() -> None:
        await chain.extend(deps.database)

    async def prune() -> None:
        async with deps.database.transaction() as session:
            await history.prune(session, older_than=timedelta(days=deps.settings.jobs_history_days))
            await heartbeats.prune_processes(session)
            await outbox.prune(session, before=now() - timedelta(days=deps.settings.events_kept_days))

    duties = [
        _whenever_told(deps.database, scheduler.fire_due),
        _whenever_told(deps.database, relay_requests),
        _run_through_outages(look_after_runs, SWEEP_SECONDS),
        _run_through_outages(chain_trail, SWEEP_SECONDS),
        _run_through_outages(prune, PRUNE_SECONDS),
    ]
    at_work = [asyncio.create_task(each) for each in duties]
    async with shown(deps.database, ProcessRole.SCHEDULER):
        try:
            yield
        finally:
            await cancel_all(at_work)


async def _whenever_told(database: Database, duty: Callable[[], Awaitable[float]]) -> None:
    """Performs a duty whenever the database tells of work for schedulers, and after the seconds that it returns."""

    async def listen() -> None:
        async with listening(database.engine, dispatcher.NOTIFICATIONS) as wait:
            while not is_cancelled():
                await wait(await duty())

    await _run_through_outages(listen, AFTER_ERROR_SECONDS)


async def _run_through_outages(duty: Callable[[], Awaitable[object]], pause: float) -> None:
    """Performs a duty again and again. Servers that are away are told of once, and waited for."""
    away = False

    async def perform() -> None:
        nonlocal away
        await duty()
        away = False

    def warn(error: Exception) -> None:
        nonlocal away
        if not away or not is_transient(error):
            log.warning("duty_failed", reason=first_line(error), exc_info=None if is_transient(error) else error)
        away = True

    await run_every(pause, perform, warn)
