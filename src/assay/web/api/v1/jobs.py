"""The background jobs."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from assay.db.models import Scope
from assay.queue import control
from assay.queue.health import Health, look
from assay.web.auth import Caller, Open, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.paging import PageQuery
from assay.web.state import Session, State
from assay.web.views import jobs as views
from assay.web.views.paging import PageOf
from assay.web.views.records import Accepted, JobRunView, JobView

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=Route)

JobName = Annotated[str, Path(pattern="^[a-z_]{1,100}$")]


@router.get("", dependencies=[allow(Scope.READ)])
async def list_jobs(session: Session) -> PageOf[JobView]:
    """All jobs and how they stand, on one page."""
    return PageOf[JobView](items=await views.jobs(session), next=None)


@router.get("/health", dependencies=[allow(Open.MONITOR)])
async def jobs_health(state: State) -> Health:
    """How queue, processes and jobs stand. It answers although broker or database do not."""
    return await look(state.connections.monitors, state.settings, state.nats_url, seen=state.refusals.lately())


@router.get("/{name}/runs", responses=documented(404), dependencies=[allow(Scope.READ)])
async def list_job_runs(name: JobName, asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[JobRunView]:
    """The runs of a job, the newest first."""
    return await views.job_runs(session, name, after=asked.after, limit=asked.limit)


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
