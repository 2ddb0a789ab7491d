"""Trying rules before they hold, and taking back what was decided by them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from assay.db.models import Scope
from assay.duplicates.active_model import scorer_version
from assay.kinds import Kind
from assay.review import histogram, simulation
from assay.review import queries as review
from assay.review.actions import undo
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Meta, RequestModel, ResponseModel
from assay.web.state import Session, State

router = APIRouter(prefix="/policy", tags=["policy"], route_class=Route)

Version = Annotated[int, Path(ge=0, le=2**63 - 1)]


class Changes(RequestModel):
    """A JSON merge patch of the rules in force; null takes a rule back."""

    changes: Meta


class Queue(ResponseModel):
    """Of the pending proposals: how many it would approve, and why the others would wait."""

    pending: int
    would_approve: int
    held: dict[str, int]


class Precision(ResponseModel):
    """Which share of what it would have approved people approved as well, with the interval in which that lies with
    95 % confidence (Wilson)."""

    share: float
    low: float
    high: float
    of: int


class Past(ResponseModel):
    """Of what people decided: what it would have approved, by what they decided."""

    decided_by_people: int
    would_approve: int
    approved: int
    rejected: int
    duplicates: int
    precision: Precision | None
    """null: it would have approved none of it."""


class OfKind(RequestModel):
    kind: Kind | None = None


class BinView(ResponseModel):
    """Pending proposals of a confidence from `start` to below `end`; 1 belongs to the last. `clean`: nothing but the
    line stands against them; `held`: for another reason than being a duplicate."""

    start: float
    end: float
    clean: int
    duplicate: int
    held: int


class Histogram(ResponseModel):
    """`threshold`: where the line is now."""

    threshold: float
    bins: list[BinView]


class Simulated(ResponseModel):
    queue: Queue
    history: Past


class Agreed(ResponseModel):
    """On how many proposals both, one or neither would approve; `share`: on how much of them they agree, 0..1."""

    both: int
    first_only: int
    second_only: int
    neither: int
    share: float


class TrialView(ResponseModel):
    sentence: str
    in_force: Simulated
    candidate: Simulated
    agreement: Agreed


class Undone(ResponseModel):
    reverted: int
    kept: list[str] = Field(description="what stays and why, a sentence each")


@router.post("/simulate", dependencies=[allow(Scope.READ)])
async def simulate_policy(asked: Changes, session: Session, state: State) -> TrialView:
    """What would come of changes, on the queue and on what people decided before. Nothing is changed."""
    scorer = await scorer_version(session, state.deps.embedder.model)
    found = await simulation.tried(session, asked.changes, settings=state.settings, scorer=scorer)
    return TrialView.model_validate(found.document())


@router.get("/histogram", dependencies=[allow(Scope.READ)])
async def policy_histogram(asked: Annotated[OfKind, Query()], session: Session, state: State) -> Histogram:
    """How sure the pending proposals are, and what stands against them besides the line."""
    scorer = await scorer_version(session, state.deps.embedder.model)
    policy = await review.policy(session, state.settings)
    bins = await histogram.histogram(session, policy, scorer=scorer, kind=asked.kind)
    return Histogram(threshold=policy.threshold, bins=[BinView.model_validate(each) for each in bins])


@router.get("/shadow", dependencies=[allow(Scope.READ)], responses=documented(404))
async def policy_shadow(session: Session, state: State) -> TrialView:
    """How the shadow rules would decide, beside those in force."""
    scorer = await scorer_version(session, state.deps.embedder.model)
    found = await simulation.shadow(session, settings=state.settings, scorer=scorer)
    return TrialView.model_validate(found.document())


@router.post("/versions/{version}/undo", dependencies=[allow(Scope.ADMIN)], responses=documented(404))
async def undo_policy_version(version: Version, session: Write, actor: Caller) -> Undone:
    """Revert everything the system approved under a version. What was built upon since stays."""
    outcomes = await undo(session, version, actor=actor)
    kept = [f"{each.id}: {each.message}" for each in outcomes if not each.done]
    return Undone(reverted=len(outcomes) - len(kept), kept=kept)
