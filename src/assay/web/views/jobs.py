"""Jobs, their runs and dead letters, as they are listed."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.models import JobState
from assay.jobs import JOBS, find
from assay.queue import control, history
from assay.queue.cron import ticks
from assay.queue.dead_letters import letters
from assay.queue.recent import lately
from assay.queue.schedules import in_words
from assay.web.models import Moment
from assay.web.views.cursors import cursor, place
from assay.web.views.job_records import DeadLetterView, JobRunView, JobView, PastRunView
from assay.web.views.paging import BY_NUMBER, PageOf, cut

BY_START: Final[Any] = tuple[Moment, UUID]


async def jobs(session: AsyncSession) -> list[JobView]:
    """All jobs and how they stand."""
    last = {each.job: each for each in await history.last_runs(session)}
    controls = await control.controls(session)
    paused = {name for name, each in controls.items() if each.paused_at is not None}
    past, at = await lately(session, list(JOBS)), now()
    return [
        JobView(
            name=job.name,
            purpose=job.purpose,
            cron=job.cron,
            timeout_seconds=job.timeout.total_seconds(),
            retry_delays=[each.total_seconds() for each in job.retry_delays],
            paused=name in paused,
            schedule=in_words(job.cron),
            next_tick=None if name in paused else next(ticks(job.cron, at)),
            last_run=JobRunView.model_validate(last[name]) if name in last else None,
            recent=[PastRunView.model_validate(each) for each in past[name].runs],
            seconds_p50=past[name].seconds_p50,
            seconds_p95=past[name].seconds_p95,
        )
        for name, job in JOBS.items()
    ]


async def job_runs(
    session: AsyncSession, name: str, *, after: str | None, limit: int, state: JobState | None = None
) -> PageOf[JobRunView]:
    """The runs of a job, the newest first. Raises NotFound for a job that there is not."""
    job, of = find(name).name, f"runs of {name} {state or ''}"
    rows = await history.runs(session, job, state=state, after=place(after, of, BY_START), limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.started_at or row.queued_at, row.id))
    return PageOf[JobRunView].model_validate({"items": found, "next": cursor(rest, of)})


async def dead_letters(
    session: AsyncSession, *, after: str | None, limit: int, replayed: bool = False
) -> PageOf[DeadLetterView]:
    """The newest first. `replayed`: also those that were given back to the queue."""
    start = place(after, "dead letters", BY_NUMBER)
    rows = await letters(session, before=start and start[0], limit=limit + 1, replayed=replayed)
    found, rest = cut(rows, limit, lambda row: (row.id,))
    return PageOf[DeadLetterView](items=[DeadLetterView.of(each) for each in found], next=cursor(rest, "dead letters"))
