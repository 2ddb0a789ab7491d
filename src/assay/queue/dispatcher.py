"""From the outbox to the queue: what changes asked for, and what was noted but may not have arrived."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import MAX_SKEW, now
from assay.db.engine import Database
from assay.db.locks import held, try_until_commit
from assay.db.models import JobControl, JobRequest, JobRun, JobState
from assay.queue import history
from assay.queue.broker import JobBroker
from assay.queue.order import REQUEST, Order

NOT_ARRIVED_AFTER: Final = timedelta(seconds=15)
SILENT_AFTER: Final = timedelta(seconds=20)
NOTIFICATIONS: Final = "jobs"
"""The channel on which triggers tell of what may let a job start: requests, ends of runs and of pauses."""

log = structlog.get_logger(__name__)


async def relay_requests(broker: JobBroker, database: Database) -> int | None:
    """Gives the requested jobs to the queue, one order each, once their requests are committed.

    Returns how many; None where another scheduler is doing so at this moment.
    """
    async with database.transaction() as session:
        orders = await _take(session)
    if orders is None:
        return None
    for order in orders:
        await dispatch(broker, database, order)
    return len(orders)


async def _take(session: AsyncSession) -> list[Order] | None:
    """Turns requests into noted orders.

    The requests of a job that runs or is paused stay: its run may have begun before the change they stand for.
    Those of a job that is queued and not begun are met by that.
    """
    if not await try_until_commit(session, "job requests"):
        return None
    busy = select(JobRun.job).where(JobRun.state == JobState.RUNNING)
    paused = select(JobControl.job).where(JobControl.paused_at.is_not(None))
    taken = delete(JobRequest).where(JobRequest.job.not_in(busy), JobRequest.job.not_in(paused))
    found = await session.execute(taken.returning(JobRequest.job, JobRequest.trace))
    traces: dict[str, str | None] = {}
    for job, trace in found:
        traces[job] = traces.get(job) or trace
    if not traces:
        return []
    at_hand = (JobRun.state == JobState.QUEUED) & (JobRun.due_at.is_(None))
    queued = set(await session.scalars(select(JobRun.job).where(JobRun.job.in_(traces), at_hand)))
    orders = [Order.anew(job, REQUEST, trace=traces[job]) for job in sorted(traces.keys() - queued)]
    for order in orders:
        await history.queue_run(session, order)
    return orders


async def dispatch(broker: JobBroker, database: Database, order: Order) -> None:
    """Gives a noted order to the broker, which takes the same one once."""
    await broker.submit(order)
    async with database.transaction() as session:
        await history.mark_dispatched(session, order)


async def sweep(broker: JobBroker, database: Database) -> Sequence[Order]:
    """Gives the broker what was noted and may not have arrived: a crash came between, or its store is gone."""
    async with database.transaction() as session:
        orders = await history.undispatched(session, older_than=now() - NOT_ARRIVED_AFTER)
    for order in orders:
        await dispatch(broker, database, order)
    return orders


async def mark_lost_runs(database: Database) -> None:
    """Marks runs as lost that show no sign of life, where the lock of the job proves that nobody runs it."""
    async with database.transaction() as session:
        lately = JobRun.heartbeat_at.between(now() - SILENT_AFTER, now() + MAX_SKEW)
        silent = JobRun.heartbeat_at.is_(None) | ~lately
        jobs = set(await session.scalars(select(JobRun.job).where(JobRun.state == JobState.RUNNING, silent)))
    for job in jobs:
        async with held(database.engine, f"job:{job}") as free:
            if free:
                async with database.transaction() as session:
                    await history.mark_lost(session, job)
