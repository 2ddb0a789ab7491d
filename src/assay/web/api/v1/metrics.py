"""The metrics document over HTTP."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assay.kinds import Kind
from assay.proposals import targets
from assay.proposals.targets import Figure, Target
from assay.queue import history
from assay.review import metrics, tiers
from assay.review.tiers import Tier
from assay.web.auth import Guarded, Open, allow
from assay.web.state import Monitoring, State

router = APIRouter(prefix="/metrics", tags=["metrics"], dependencies=[allow(Open.MONITOR)], route_class=Guarded)


class KindMetrics(BaseModel):
    """Counts and rates of one kind. Ages in seconds, rates 0..1; 0 where there is nothing yet."""

    pending: int
    approved: int
    rejected: int
    merged: int
    expired: int
    withdrawn: int
    unlikely: int
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


class FigureView(BaseModel):
    """`value`: null where there was nothing to measure. `of`: of how many; null where that means nothing."""

    value: float | None
    of: int | None


class DayView(FigureView):
    day: date


class TargetView(FigureView):
    """A target beside its measured value. `unit`: a share is 0..1."""

    name: str
    wanted: str
    limit: float
    at_least: bool = Field(description="false: it is to be less than the limit")
    unit: Literal["share", "seconds"]
    met: bool | None
    history: list[DayView] = Field(description="the last value of each of the last 30 days, the oldest first")


class Targets(BaseModel):
    items: list[TargetView]
    measured_at: datetime


class TierView(BaseModel):
    """Of the proposals of one kind and tier that one extractor made. What is unlikely counts in no rate."""

    kind: Kind
    tier: Tier = Field(description="sure: the system may approve it; ranked: found by ranking, for people")
    extractor: str | None = Field(description="null: people and their programs proposed it")
    proposals: int
    auto_approved: int
    auto_approval_rate: float


class TierRates(BaseModel):
    items: list[TierView]


@router.get("/targets")
async def metric_targets(session: Monitoring, state: State) -> Targets:
    """The targets of the product, each beside what is measured and what was measured on the days before."""
    document = await metrics.document(session, state.settings, state.deps.embedder.model)
    figures = await targets.measured(session, document, await history.failed_runs(session))
    past = await targets.days(session)
    items = [_target(each, figures[each.name], past) for each in targets.TARGETS]
    return Targets(items=items, measured_at=document["updated_at"])


def _target(target: Target, figure: Figure, past: Mapping[date, Mapping[str, Figure]]) -> TargetView:
    return TargetView(
        name=target.name,
        wanted=target.wanted,
        limit=target.limit,
        at_least=target.at_least,
        unit="share" if target.is_share else "seconds",
        met=target.is_met(figure),
        history=[
            DayView(day=day, **asdict(figures[target.name])) for day, figures in past.items() if target.name in figures
        ],
        **asdict(figure),
    )


@router.get("/tiers")
async def metric_tiers(session: Monitoring) -> TierRates:
    """How much the system approves on its own, by tier and by what found it."""
    return TierRates(items=[TierView(**asdict(each)) for each in await tiers.rates(session)])


@router.get("/proposals")
async def proposal_metrics(session: Monitoring, state: State) -> MetricsDocument:
    """How the queue stands and how well the machine decides."""
    return MetricsDocument.model_validate(await metrics.document(session, state.settings, state.deps.embedder.model))
