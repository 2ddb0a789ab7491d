"""The background jobs."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field

from assay.db.models import JobState, Scope
from assay.queue import control, dead_letters
from assay.queue.broker import JobBroker
from assay.queue.health import Health, look
from assay.queue.run_log import run_log
from assay.web.auth import Caller, Open, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import MAX_ID
from assay.web.paging import PageQuery
from assay.web.state import Session, State
from assay.web.views import jobs as views
from assay.web.views.job_records import Accepted, DeadLetterView, JobRunView, JobView, RunLogLineView
from assay.web.views.paging import PageOf

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=Route)

JobName = Annotated[str, Path(pattern="^[a-z_]{1,100}$")]


LetterId = Annotated[int, Path(ge=1, le=MAX_ID)]


class RunQuery(PageQuery):
    state: JobState | None = None


class LetterQuery(PageQuery):
    replayed: bool = Field(False, description="Also those that were given back.")


@router.get("", dependencies=[allow(Scope.READ)])
async def list_jobs(session: Session) -> PageOf[JobView]:
    """All jobs and how they stand, on one page."""
    return PageOf[JobView](items=await views.jobs(session), next=None)


@router.get("/health", dependencies=[allow(Open.MONITOR)])
async def jobs_health(state: State) -> Health:
    """How queue, processes and jobs stand. It answers although broker or database do not."""
    return await look(state.connections.monitors, state.settings, state.nats_url, seen=state.refusals.lately())


@router.get("/{name}/runs", responses=documented(404), dependencies=[allow(Scope.READ)])
async def list_job_runs(name: JobName, asked: Annotated[RunQuery, Query()], session: Session) -> PageOf[JobRunView]:
    """The runs of a job, the newest first."""
    return await views.job_runs(session, name, after=asked.after, limit=asked.limit, state=asked.state)


@router.get("/runs/{run_id}/log", responses=documented(404), dependencies=[allow(Scope.READ)])
async def list_job_run_log(run_id: UUID, session: Session) -> PageOf[RunLogLineView]:
    """What went wrong during a run, item by item, the oldest first, on one page: the first 200."""
    return PageOf[RunLogLineView].model_validate({"items": await run_log(session, run_id), "next": None})


@router.get("/dead-letters", dependencies=[allow(Scope.READ)])
async def list_dead_letters(asked: Annotated[LetterQuery, Query()], session: Session) -> PageOf[DeadLetterView]:
    """What the queue could not work off, the newest first."""
    return await views.dead_letters(session, after=asked.after, limit=asked.limit, replayed=asked.replayed)


@router.post("/dead-letters/{letter_id}/replay", responses=documented(404), dependencies=[allow(Scope.ADMIN)])
async def replay_dead_letter(letter_id: LetterId, state: State, actor: Caller) -> Accepted:
    """Give one back to the queue, as new. Doing it twice gives it back once."""
    async with state.connections.reads.transaction() as session:
        job = (await dead_letters.get(session, letter_id)).job
    broker = JobBroker.of(state.settings, state.nats_url, name="assay web")
    await broker.startup()
    try:
        given = await dead_letters.replay(broker, state.connections.writes, letter_id, actor=actor)
    finally:
        await broker.shutdown()
    return Accepted(job=job, changed=given)


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
