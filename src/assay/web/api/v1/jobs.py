"""The background jobs."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query

from assay.db.models import JobState, Scope
from assay.jobs import all as every_job
from assay.jobs import control, history
from assay.jobs.health import Health, look
from assay.jobs.job import JOBS
from assay.jobs.run import find
from assay.web.access import Caller, Open, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Answer
from assay.web.paging import ListQuery
from assay.web.state import Session, State

assert every_job  # noqa: S101  # importing it registers the jobs

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=Route)

JobName = Annotated[str, Path(pattern="^[a-z_]{1,100}$")]


class JobRunView(Answer):
    id: UUID
    job: str
    state: JobState
    attempt: int
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None
    statistics: dict[str, Any]
    error: str | None


class JobView(Answer):
    """A job, its schedule in UTC, and how it ran last. Times in seconds."""

    name: str
    purpose: str
    cron: str
    timeout_seconds: float
    retry_delays: list[float]
    paused: bool
    last_run: JobRunView | None


class Jobs(Answer):
    items: list[JobView]


class JobRuns(Answer):
    items: list[JobRunView]


class Accepted(Answer):
    """`changed`: false where it was so already."""

    job: str
    changed: bool


@router.get("", dependencies=[allow(Scope.READ)])
async def list_jobs(session: Session) -> Jobs:
    """All jobs and how they stand."""
    last = {each.job: each for each in await history.last_runs(session)}
    controls = await control.controls(session)
    items = [
        JobView(
            name=job.name,
            purpose=job.purpose,
            cron=job.cron,
            timeout_seconds=job.timeout.total_seconds(),
            retry_delays=[each.total_seconds() for each in job.retry_delays],
            paused=name in controls and controls[name].paused_at is not None,
            last_run=JobRunView.model_validate(last[name]) if name in last else None,
        )
        for name, job in JOBS.items()
    ]
    return Jobs(items=items)


@router.get("/health", dependencies=[allow(Open.MONITOR)])
async def jobs_health(state: State) -> Health:
    """How queue, processes and jobs stand. It answers although broker or database do not."""
    return await look(state.database, state.settings, state.nats_url)


@router.get("/{name}/runs", responses=documented(404), dependencies=[allow(Scope.READ)])
async def list_job_runs(name: JobName, asked: Annotated[ListQuery, Query()], session: Session) -> JobRuns:
    """The runs of a job, the newest first."""
    found = await history.runs(session, find(name).name, limit=asked.limit)
    return JobRuns(items=[JobRunView.model_validate(each) for each in found])


@router.post(
    "/{name}/run",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(404),
    dependencies=[allow(Scope.ADMIN)],
)
async def run_now(name: JobName, session: Write, actor: Caller) -> Accepted:
    """Ask the workers for a run, as soon as one under way has ended."""
    await control.run_now(session, name, actor=actor)
    return Accepted(job=name, changed=True)


@router.post("/{name}/pause", responses=documented(404), dependencies=[allow(Scope.ADMIN)])
async def pause(name: JobName, session: Write, actor: Caller) -> Accepted:
    """Let it rest until it is resumed. A run under way goes on."""
    return Accepted(job=name, changed=await control.pause(session, name, actor=actor))


@router.post("/{name}/resume", responses=documented(404), dependencies=[allow(Scope.ADMIN)])
async def resume(name: JobName, session: Write, actor: Caller) -> Accepted:
    """Let a paused job run again."""
    return Accepted(job=name, changed=await control.resume(session, name, actor=actor))
