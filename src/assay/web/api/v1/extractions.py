"""The runs that read messages."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from assay.db.models import KnowledgeExtractionRun, RunStatus, Scope, TriggerType
from assay.errors import NotFound
from assay.extraction import actions, queries
from assay.jobs import control
from assay.messaging.requests import EXTRACTION
from assay.web.access import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Answer
from assay.web.paging import PageOf, PageQuery, cursor, place
from assay.web.state import Session

router = APIRouter(prefix="/extractions", tags=["extractions"], route_class=Route)


class RunView(Answer):
    """One pass of an extractor over messages."""

    id: UUID
    trigger_type: TriggerType
    triggered_by_user_id: int
    status: RunStatus
    time_window_start: datetime | None
    time_window_end: datetime | None
    config_snapshot: dict[str, Any]
    extractor: str
    model_name: str
    prompt_version: str
    messages_analyzed: int
    topic_proposals_created: int
    atom_proposals_created: int
    llm_tokens_used: int
    cost_estimate: float
    error: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


class RunQuery(PageQuery):
    status: RunStatus | None = None


class Requested(Answer):
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
    shape: Any = tuple[AwareDatetime, UUID]
    start, limit = place(asked.after, "extractions", shape), asked.limit
    found = await queries.listed_runs(session, status=asked.status, limit=limit + 1, after=start)
    more = found[limit - 1] if len(found) > limit else None
    return PageOf[RunView](
        items=[RunView.model_validate(each) for each in found[:limit]],
        next=cursor((more.created_at, more.id), "extractions") if more else None,
    )


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
