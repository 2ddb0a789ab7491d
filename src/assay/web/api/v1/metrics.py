"""The metrics document over HTTP."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assay.review import metrics
from assay.web.auth import Open, allow
from assay.web.state import Monitoring, State

router = APIRouter(prefix="/metrics", tags=["metrics"], dependencies=[allow(Open.MONITOR)])


class KindMetrics(BaseModel):
    """Counts and rates of one kind. Ages in seconds, rates 0..1; 0 where there is nothing yet."""

    pending: int
    approved: int
    rejected: int
    merged: int
    expired: int
    withdrawn: int
    approval_rate: float
    avg_confidence: float
    auto_approved: int
    auto_approval_rate: float
    auto_approval_success_rate: float
    duplicate_rate: float
    taken_back_reverted: int
    taken_back_superseded: int
    taken_back_disputed: int
    oldest_pending_seconds: float
    high_confidence_queue_age_seconds: float
    high_confidence_waiting_for_people_seconds: float
    time_to_auto_approval_seconds: float


class MetricsDocument(BaseModel):
    topic_proposals: KindMetrics
    atom_proposals: KindMetrics
    updated_at: datetime


@router.get("/proposals")
async def proposal_metrics(session: Monitoring, state: State) -> MetricsDocument:
    """How the queue stands and how well the machine decides."""
    return MetricsDocument.model_validate(await metrics.document(session, state.settings, state.deps.embedder.model))
