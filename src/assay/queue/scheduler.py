"""Cron as claimed ticks: any number of schedulers, one firing per tick, a missed one caught up once."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from taskiq import ScheduledTask, ScheduleSource, TaskiqScheduler
from taskiq.exceptions import ScheduledTaskCancelledError

from assay.clock import now
from assay.db.engine import Database, first_line
from assay.db.locks import hold_until_commit
from assay.db.models import JobControl, JobRun, JobState
from assay.queue import control, history
from assay.queue.broker import JobBroker
from assay.queue.cron import between, due
from assay.queue.failures import is_transient
from assay.queue.job import JOBS, Job
from assay.queue.order import TICK, Order

MISSED: Final = "missed"
FIRING_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 30.0
"""How long a scheduler sleeps at most: what it is not told of, such as a clock that was set, it sees then."""
AFTER_FAILURE_SECONDS: Final = 1.0
STILL_QUEUED: Final = "the run before it has not started yet"

log = structlog.get_logger(__name__)


class Ticks(ScheduleSource):
    """Offers, per job, the newest tick that is due and the next one. Whoever inserts a tick first has claimed it."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self._database, self._clock = database, clock
        self._offered: list[ScheduledTask] = []

    async def startup(self) -> None:
        async with self._database.transaction() as session:
            await control.ensure_known(session, JOBS)

    async def get_schedules(self) -> list[ScheduledTask]:
        """What was offered last while the database is away: the next tick can still be claimed when it is back."""
        try:
            async with self._database.transaction() as session:
                settled = await settled_until(session)
                self._offered = [
                    task for name in sorted(settled) for task in await self._of(session, JOBS[name], settled[name])
                ]
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("schedule_not_readable", reason=first_line(error))
        return self._offered

    async def _of(self, session: AsyncSession, job: Job, settled: datetime) -> list[ScheduledTask]:
        found = due(job.cron, job.grace, after=settled, now=self._clock())
        if found.missed:
            await note_missed(session, job, until=found.newest or found.upcoming)
        return [self._scheduled(Order.at_tick(job.name, tick)) for tick in (found.newest, found.upcoming) if tick]

    def _scheduled(self, order: Order) -> ScheduledTask:
        return ScheduledTask(
            task_name=order.job,
            labels=dict(order.labels()),
            args=[],
            kwargs={},
            task_id=order.task_id,
            schedule_id=order.task_id,
            time=order.tick,
        )

    async def pre_send(self, task: ScheduledTask) -> None:
        """Claims the tick. Raises ScheduledTaskCancelledError when another scheduler did."""
        async with self._database.transaction() as session:
            won = await claim(session, JOBS[task.task_name], _tick(task))
        if not won:
            raise ScheduledTaskCancelledError

    async def post_send(self, task: ScheduledTask) -> None:
        """Stamps it. What is claimed and not stamped is given to the broker by the relay."""
        async with self._database.transaction() as session:
            await history.mark_dispatched(session, Order.at_tick(task.task_name, _tick(task)))

    def seconds_until(self, moment: datetime) -> float:
        return (moment - self._clock()).total_seconds()


class Scheduler(TaskiqScheduler):
    """Fires what is due. A firing that fails is one line in the log, and is tried again."""

    def __init__(self, broker: JobBroker, source: Ticks) -> None:
        super().__init__(broker, [source])
        self._ticks = source

    async def fire_due(self) -> float:
        """Fires the ticks that are due, and says after how many seconds there is something to do again.

        The loop of the library would look every second.
        """
        waits = {task.schedule_id: (task, self._wait(task)) for task in await self._ticks.get_schedules()}
        due = [task for task, seconds in waits.values() if seconds <= 0]
        fired = await asyncio.gather(*(self.fired(each) for each in due))
        if not all(fired):
            return AFTER_FAILURE_SECONDS
        return min([LOOK_SECONDS, *(seconds for _, seconds in waits.values() if seconds > 0)])

    def _wait(self, task: ScheduledTask) -> float:
        return self._ticks.seconds_until(_tick(task))

    async def fired(self, task: ScheduledTask) -> bool:
        """Whether the tick is settled now, be it by this scheduler or by another."""
        try:
            async with asyncio.timeout(FIRING_SECONDS):
                await self.on_ready(self._ticks, task)
        except Exception as error:  # noqa: BLE001  # the other ticks are to be fired all the same
            log.warning("tick_not_fired", tick=task.task_id, reason=first_line(error))
            return False
        return True


async def settled_until(session: AsyncSession) -> dict[str, datetime]:
    """For each job its last tick that somebody has claimed or recorded as missed, else since when it is scheduled.

    A job that is paused is not among them. What lies ahead of the database's clock settles nothing: it was written by
    a clock that was ahead, and would keep the job from its ticks until then.
    """
    at = func.clock_timestamp()
    first = (JobRun.attempt == 1) & (JobRun.delivery == 1)  # as the index has it
    newest = select(func.max(JobRun.tick)).where(JobRun.job == JobControl.job, first, JobRun.tick <= at)
    settled = func.greatest(func.least(JobControl.scheduled_since, at), newest.scalar_subquery())
    found = await session.execute(select(JobControl.job, settled).where(JobControl.paused_at.is_(None)))
    return {job: moment for job, moment in found if job in JOBS}


async def claim(session: AsyncSession, job: Job, tick: datetime) -> bool:
    """Whether the tick is ours to fire. While another run of the job waits to be started, this would add nothing."""
    await note_missed(session, job, until=tick)
    order = Order.at_tick(job.name, tick)
    another = (JobRun.job == order.job) & (JobRun.task_id != order.task_id)
    waiting = select(JobRun.id).where(
        another, JobRun.state == JobState.QUEUED, JobRun.attempt == 1, JobRun.dispatched_at.is_not(None)
    )
    if await session.scalar(waiting.limit(1)):
        await history.note_not_fired(session, order, STILL_QUEUED)
        return False
    return await history.queue_run(session, order)


async def note_missed(session: AsyncSession, job: Job, *, until: datetime) -> None:
    """One line for all the ticks before this one that nobody was there to fire. One scheduler at a time counts."""
    await hold_until_commit(session, f"ticks:{job.name}")
    settled = (await settled_until(session)).get(job.name, until)
    count, last = between(job.cron, settled, until)
    if last:
        reason = f"{MISSED} ({count} ticks)" if count > 1 else MISSED
        await history.note_not_fired(session, Order.at_tick(job.name, last), reason)


def _tick(task: ScheduledTask) -> datetime:
    labels: dict[str, Any] = task.labels
    return datetime.fromisoformat(labels[TICK])
