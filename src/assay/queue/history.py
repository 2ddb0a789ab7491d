"""The history of runs."""

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.clock import MAX_AGED_OUT, MAX_SKEW, now
from assay.db.base import new_id
from assay.db.models import JobRun, JobState
from assay.proposals.metrics import Share
from assay.queue.order import Order

WORKER: Final = f"{socket.gethostname()}:{os.getpid()}"
BAD: Final = (JobState.FAILED, JobState.TIMEOUT, JobState.LOST)
OPEN: Final = (JobState.QUEUED, JobState.RUNNING)
DECIDED: Final = (JobState.OK, JobState.FAILED, JobState.TIMEOUT, JobState.SKIPPED)
"""States after which the same attempt is not made again."""
GONE: Final = "The process that ran it is gone."
TOLD_TO_STOP: Final = "The process that ran it was told to stop, and is gone."
BEAT: Final = timedelta(seconds=10)
"""Runs of one process that showed life within so long of each other died together."""
MAX_DEATHS: Final = 20
"""Deaths of a process in which it ran beside others count only together with so many."""


async def queue_run(session: AsyncSession, order: Order, *, dispatched: bool = False) -> bool:
    """Notes that an order is to be carried out. False: it was noted before."""
    row = {"id": new_id(), "state": JobState.QUEUED, "queued_at": now(), "dispatched_at": now() if dispatched else None}
    return await _add(session, order, row)


async def _add(session: AsyncSession, order: Order, row: Mapping[str, Any]) -> bool:
    of_order = {
        "job": order.job,
        "task_id": order.task_id,
        "attempt": order.attempt,
        "tick": order.tick,
        "due_at": order.due_at,
    }
    added = await session.execute(
        insert(JobRun).values(**of_order, **row).on_conflict_do_nothing().returning(JobRun.id)
    )
    return added.scalar() is not None


async def mark_dispatched(session: AsyncSession, order: Order) -> None:
    await session.execute(update(JobRun).where(_is(order), _still(JobState.QUEUED)).values(dispatched_at=now()))


async def open_run(session: AsyncSession, order: Order) -> JobRun:
    """The row of the execution that starts now; one that is not running tells how the attempt ended before."""
    decided = select(JobRun).where(_is(order), JobRun.state.in_(DECIDED)).limit(1)
    if before := await session.scalar(decided):
        return before
    starting = {"state": JobState.RUNNING, "worker": WORKER, "started_at": now(), "heartbeat_at": now()}
    waiting = update(JobRun).where(_is(order), _still(JobState.QUEUED)).values(**starting).returning(JobRun)
    if queued := await session.scalar(waiting):
        return queued
    delivery = await session.scalar(select(func.count()).where(_is(order))) or 0
    run = JobRun(
        id=new_id(),
        job=order.job,
        task_id=order.task_id,
        attempt=order.attempt,
        delivery=delivery + 1,
        tick=order.tick,
        due_at=order.due_at,
        queued_at=now(),
        **starting,
    )
    session.add(run)
    await session.flush()
    return run


async def mark_lost(session: AsyncSession, job: str) -> None:
    """The caller holds the job's lock: what seems to run runs no more."""
    await session.execute(
        update(JobRun)
        .where(JobRun.job == job, _still(JobState.RUNNING))
        .values(state=JobState.LOST, finished_at=now(), error=func.coalesce(JobRun.error, GONE))
    )


async def note_stopping(session: AsyncSession) -> None:
    """What this process runs is not to blame if it dies from now on: a deploy gives it only so much time to end."""
    mine = update(JobRun).where(JobRun.worker == WORKER, _still(JobState.RUNNING))
    await session.execute(mine.values(error=TOLD_TO_STOP))


async def count_killed(session: AsyncSession, order: Order) -> int:
    """How often this attempt seems to have killed the process that made it.

    Not where the process was told to stop. Where other runs died with it, any of them may be to blame, or none, as
    where the memory of the machine was full: such deaths count when there are MAX_DEATHS of them.
    """
    other = aliased(JobRun)
    together = exists().where(
        other.id != JobRun.id,
        other.worker == JobRun.worker,
        other.state == JobState.LOST,
        other.started_at <= JobRun.heartbeat_at + BEAT,
        other.heartbeat_at + BEAT >= JobRun.heartbeat_at,
    )
    deaths = select(func.count(), func.count().filter(~together)).where(
        _is(order), _still(JobState.LOST), JobRun.error.is_distinct_from(TOLD_TO_STOP)
    )
    all_deaths, alone = (await session.execute(deaths)).one()
    return all_deaths if all_deaths >= MAX_DEATHS else alone


async def beat(session: AsyncSession, run_id: UUID) -> bool:
    """Shows that a run lives. False: somebody took it for lost, for its lock was free."""
    alive = update(JobRun).where(JobRun.id == run_id, _still(JobState.RUNNING)).values(heartbeat_at=now())
    return (await session.execute(alive.returning(JobRun.id))).first() is not None


async def close_run(
    session: AsyncSession,
    run_id: UUID,
    state: JobState,
    *,
    statistics: Mapping[str, Any],
    error: str | None,
    attempted: int = 0,
    failed: int = 0,
) -> None:
    """Also of a run that was taken for lost and came back."""
    ending = {"state": state, "finished_at": now(), "error": error, "attempted": attempted, "failed": failed}
    await session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.state.in_((JobState.RUNNING, JobState.LOST)))
        .values(statistics=dict(statistics), **ending)
    )


async def note_skipped(session: AsyncSession, order: Order, reason: str) -> None:
    """Says that an order is not carried out, and why."""
    skipped = update(JobRun).where(_is(order), _still(JobState.QUEUED)).values(**_skipped(reason))
    if not (await session.execute(skipped.returning(JobRun.id))).first():
        await note_not_fired(session, order, reason)


async def note_not_fired(session: AsyncSession, order: Order, reason: str) -> None:
    """Says why an order was never given, unless somebody has given it."""
    await _add(session, order, {"id": new_id(), "queued_at": now(), **_skipped(reason)})


def _skipped(reason: str) -> dict[str, Any]:
    at = now()
    return {"state": JobState.SKIPPED, "worker": WORKER, "started_at": at, "finished_at": at, "error": reason}


async def give_up(session: AsyncSession, order: Order, error: str) -> None:
    """An order that could not be started is not queued any more."""
    at = now()
    ending = {"state": JobState.FAILED, "worker": WORKER, "started_at": at, "finished_at": at, "error": error}
    await session.execute(update(JobRun).where(_is(order), _still(JobState.QUEUED)).values(**ending))


async def is_running(session: AsyncSession, order: Order) -> bool:
    """Whether this very attempt runs now, as it does when its message was delivered once more."""
    found = await session.scalar(select(JobRun.id).where(_is(order), _still(JobState.RUNNING)).limit(1))
    return found is not None


async def previous(session: AsyncSession, job: str, before: UUID) -> JobRun | None:
    """The last run before this one that came to an end of its own."""
    unfinished = (JobState.SKIPPED, JobState.INTERRUPTED, *OPEN)
    return await session.scalar(
        select(JobRun)
        .where(JobRun.job == job, JobRun.id != before, JobRun.state.not_in(unfinished), _was_before_now())
        .order_by(JobRun.started_at.desc().nulls_last())
        .limit(1)
    )


async def failed_runs(session: AsyncSession) -> Share:
    """How many of the ended runs went wrong."""
    ended = JobRun.state.not_in([*OPEN, JobState.SKIPPED])
    bad = func.count().filter(JobRun.state.in_(BAD))
    row = (await session.execute(select(bad, func.count()).where(ended))).one()
    return Share(*row)


async def last_runs(session: AsyncSession) -> Sequence[JobRun]:
    """The newest run of each job that started, leaving out those that were skipped."""
    found = await session.scalars(
        select(JobRun)
        .where(JobRun.state.not_in((JobState.SKIPPED, JobState.QUEUED)), _was_before_now())
        .distinct(JobRun.job)
        .order_by(JobRun.job, JobRun.started_at.desc())
    )
    return found.all()


async def runs(
    session: AsyncSession,
    job: str,
    *,
    state: JobState | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[JobRun]:
    """The newest rows of one job, of every state or of one; `after` the one that started then."""
    started = func.coalesce(JobRun.started_at, JobRun.queued_at)
    query = select(JobRun).where(JobRun.job == job).order_by(started.desc(), JobRun.id.desc()).limit(limit)
    if state is not None:
        query = query.where(_still(state))
    if after is not None:
        query = query.where(tuple_(started, JobRun.id) < tuple_(*after))
    return (await session.scalars(query)).all()


async def undispatched(session: AsyncSession, *, older_than: datetime) -> list[Order]:
    """Orders that the broker may not have: noted and not dispatched, or dispatched long ago and not begun.

    Giving them to the broker once more is harmless, for an attempt that was made is not made again.
    """
    given = func.greatest(JobRun.dispatched_at, JobRun.due_at)
    found = await session.scalars(
        select(JobRun)
        .where(_still(JobState.QUEUED))
        .where((func.coalesce(given, JobRun.queued_at) < older_than) | _was_given_ahead())
        .order_by(JobRun.queued_at)
    )
    return [order_of(run) for run in found]


async def count_undispatched(session: AsyncSession, *, older_than: datetime) -> int:
    """How many orders were noted before that and never taken by the broker."""
    waiting = _still(JobState.QUEUED) & JobRun.dispatched_at.is_(None) & (JobRun.queued_at < older_than)
    return await session.scalar(select(func.count()).where(waiting)) or 0


def order_of(run: JobRun) -> Order:
    return Order(run.job, run.task_id, run.attempt, run.tick, run.due_at)


async def prune(session: AsyncSession, *, older_than: timedelta) -> int:
    """Forgets old runs, a day of them at a time, but never what may still be carried out."""
    ended = JobRun.state.not_in(OPEN)
    oldest = select(func.min(JobRun.queued_at) + MAX_AGED_OUT).where(ended).scalar_subquery()
    too_old = JobRun.queued_at < func.least(now() - older_than, oldest)
    removed = await session.execute(delete(JobRun).where(ended, too_old).returning(JobRun.id))
    return len(removed.all())


def _was_before_now() -> ColumnElement[bool]:
    """A run that was dated by a clock that was ahead would be the last one until then."""
    return func.coalesce(JobRun.started_at, JobRun.queued_at) < now() + MAX_SKEW


def _was_given_ahead() -> ColumnElement[bool]:
    """Given to the broker at a moment that is still to come: nobody knows how long ago that was."""
    return JobRun.due_at.is_(None) & (JobRun.dispatched_at > now() + MAX_SKEW)


def _is(order: Order) -> ColumnElement[bool]:
    return (JobRun.task_id == order.task_id) & (JobRun.attempt == order.attempt)


def _still(state: JobState) -> ColumnElement[bool]:
    return JobRun.state == state
