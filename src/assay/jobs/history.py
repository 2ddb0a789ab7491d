"""The history of runs."""

import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.base import new_id
from assay.db.models import JobRun, JobState
from assay.proposals.metrics import Share

WORKER: Final = f"{socket.gethostname()}:{os.getpid()}"
BAD: Final = (JobState.FAILED, JobState.TIMEOUT, JobState.LOST)


async def open_run(session: AsyncSession, job: str) -> UUID:
    """A new running row. Rows of this job still running are of dead processes, for the caller holds the job's lock."""
    await session.execute(
        update(JobRun)
        .where(JobRun.job == job, JobRun.state == JobState.RUNNING)
        .values(state=JobState.LOST, finished_at=now(), error="The process that ran it is gone.")
    )
    run = JobRun(id=new_id(), job=job, state=JobState.RUNNING, worker=WORKER, started_at=now())
    session.add(run)
    return run.id


async def close_run(
    session: AsyncSession, run_id: UUID, state: JobState, *, statistics: Mapping[str, Any], error: str | None
) -> None:
    await session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.state == JobState.RUNNING)
        .values(state=state, finished_at=now(), statistics=dict(statistics), error=error)
    )


async def note_skipped(session: AsyncSession, job: str, reason: str) -> None:
    at = now()
    session.add(
        JobRun(id=new_id(), job=job, state=JobState.SKIPPED, worker=WORKER, started_at=at, finished_at=at, error=reason)
    )


async def previous_state(session: AsyncSession, job: str, before: UUID) -> JobState | None:
    """How the last run before this one ended that came to an end of its own."""
    return await session.scalar(
        select(JobRun.state)
        .where(JobRun.job == job, JobRun.id != before, JobRun.state.not_in((JobState.SKIPPED, JobState.INTERRUPTED)))
        .order_by(JobRun.started_at.desc())
        .limit(1)
    )


async def failed_runs(session: AsyncSession) -> Share:
    """How many of the ended runs went wrong."""
    ended = JobRun.state.not_in([JobState.QUEUED, JobState.RUNNING, JobState.SKIPPED])
    bad = func.count().filter(JobRun.state.in_(BAD))
    row = (await session.execute(select(bad, func.count()).where(ended))).one()
    return Share(*row)


async def last_runs(session: AsyncSession) -> Sequence[JobRun]:
    """The newest run of each job, leaving out those that were skipped."""
    found = await session.scalars(
        select(JobRun)
        .where(JobRun.state != JobState.SKIPPED)
        .distinct(JobRun.job)
        .order_by(JobRun.job, JobRun.started_at.desc())
    )
    return found.all()
