"""Pausing and resuming jobs, and asking for a run."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import JobControl
from assay.messaging.requests import request
from assay.queue.run import find


async def pause(session: AsyncSession, name: str, *, actor: Actor) -> bool:
    """From now on nothing but a command starts the job; a run under way goes on. False: it was already paused.

    Raises NotFound. What asks for the job meanwhile is kept until it is resumed.
    """
    job = find(name).name
    if await is_paused(session, job):
        return False
    await _set(session, job, paused_at=now(), paused_by_user_id=actor.user_id)
    await record(session, actor, [Record("job.paused", detail={"job": job})])
    return True


async def resume(session: AsyncSession, name: str, *, actor: Actor) -> bool:
    """The schedule holds again. False: the job was not paused. Raises NotFound."""
    job = find(name).name
    if not await is_paused(session, job):
        return False
    await _set(session, job, paused_at=None, paused_by_user_id=None)
    await record(session, actor, [Record("job.resumed", detail={"job": job})])
    return True


async def run_now(session: AsyncSession, name: str, *, actor: Actor) -> None:
    """Asks the workers for a run, as soon as one under way has ended. Raises NotFound."""
    job = find(name).name
    await request(session, job)
    await record(session, actor, [Record("job.requested", detail={"job": job})])


async def is_paused(session: AsyncSession, job: str) -> bool:
    paused_at = select(JobControl.paused_at).where(JobControl.job == job)
    return await session.scalar(paused_at) is not None


async def ensure_known(session: AsyncSession, jobs: Iterable[str]) -> None:
    """Remembers since when jobs are scheduled, so that no tick from before their time counts as missed."""
    rows = [{"job": job, "scheduled_since": now()} for job in sorted(jobs)]
    await session.execute(insert(JobControl).values(rows).on_conflict_do_nothing())


async def controls(session: AsyncSession) -> dict[str, JobControl]:
    return {each.job: each for each in await session.scalars(select(JobControl))}


async def _set(session: AsyncSession, job: str, **values: object) -> None:
    adding = insert(JobControl).values(job=job, scheduled_since=now(), **values)
    await session.execute(adding.on_conflict_do_update(index_elements=[JobControl.job], set_=values))
