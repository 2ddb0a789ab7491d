"""The runs that read messages."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay.db.models import KnowledgeExtractionRun, RunStatus, Scope
from assay.errors import NotFound
from assay.extraction import actions
from assay.messaging.requests import EXTRACTION
from assay.queue import control
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import ResponseModel
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import RunView

router = APIRouter(prefix="/extractions", tags=["extractions"], route_class=Route)


class RunQuery(PageQuery):
    status: RunStatus | None = None


class Requested(ResponseModel):
    """It starts as soon as a worker is free."""

    job: str


@router.post("", status_code=HTTPStatus.ACCEPTED, dependencies=[allow(Scope.REVIEW)])
async def start(session: Write, actor: Caller) -> Requested:
    """Ask for a run over the messages that nobody has read yet. It happens by itself when messages come in."""
    await control.run_now(session, EXTRACTION, actor=actor)
    return Requested(job=EXTRACTION)


@router.get("", dependencies=[allow(Scope.READ)])
async def list_runs(asked: Annotated[RunQuery, Query()], session: Session) -> PageOf[RunView]:
    """Runs, the newest first."""
    return await lists.runs(session, after=asked.after, limit=asked.limit, status=asked.status)


@router.get("/{run_id}", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_run(run_id: UUID, session: Session) -> RunView:
    found = await session.get(KnowledgeExtractionRun, run_id, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no extraction run {run_id}.")
    return RunView.model_validate(found)


@router.post("/{run_id}/cancel", responses=documented(404, 409), dependencies=[allow(Scope.REVIEW)])
async def cancel(run_id: UUID, session: Write, actor: Caller) -> RunView:
    """Stop a run. What it has read stays; the rest is unread again."""
    await actions.cancel(session, run_id, actor=actor)
    return await get_run(run_id, session)
