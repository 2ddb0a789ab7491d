"""What knowledge looks like from outside, by kind."""

from datetime import datetime
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import RowMapping

from assay.db.headlines import segments
from assay.db.models import ChangeType, ReviewAction
from assay.kinds import AtomType, Kind, LinkType
from assay.web.models import ResponseModel
from assay.web.views.detail import QuoteView, TrailEntry
from assay.web.views.records import Segment


class EntityView(ResponseModel):
    """What both kinds have. `revision` is its version."""

    id: UUID
    kind: Kind
    confidence: float
    archived: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """From a row, by the names of the contract."""
        return cls.model_validate({**row, **{ours: row[column] for ours, column in cls.names().items()}})

    @classmethod
    def names(cls) -> dict[str, str]:
        raise NotImplementedError


class TopicView(EntityView):
    kind: Kind = Kind.TOPIC
    name: str
    description: str
    icon: str | None
    color: str | None
    keywords: list[str]
    atoms: int
    """How many are filed under it."""

    @classmethod
    def names(cls) -> dict[str, str]:
        return {"name": "title", "description": "body"}


class AtomView(EntityView):
    kind: Kind = Kind.ATOM
    type: AtomType | None
    title: str
    content: str
    meta: dict[str, Any]
    topics: list[str]
    """The names of the topics it is filed under."""

    @classmethod
    def names(cls) -> dict[str, str]:
        return {"type": "atom_type", "content": "body"}


BY_KIND: Final[dict[Kind, type[EntityView]]] = {Kind.TOPIC: TopicView, Kind.ATOM: AtomView}

View = TypeVar("View")


class Ranked(ResponseModel, Generic[View]):
    """One that was found. The ranks count from 1; null where that ranking does not hold it."""

    entity: View
    score: float
    words_rank: int | None
    meaning_rank: int | None
    highlight: list[Segment]

    @classmethod
    def of(cls, row: RowMapping, view: type[EntityView]) -> dict[str, Any]:
        pieces = [{"text": piece, "hit": hit} for piece, hit in segments(row["headline"])]
        ranks = {key: row[key] for key in ("score", "words_rank", "meaning_rank")}
        return {"entity": view.of(row), "highlight": pieces, **ranks}


class Found(ResponseModel, Generic[View]):
    items: list[Ranked[View]]


class LinkView(ResponseModel):
    """A link to or from another atom."""

    id: UUID
    title: str
    link_type: LinkType
    strength: float
    outgoing: bool


class Filing(ResponseModel):
    """A topic it is filed under, or an atom filed under it."""

    id: UUID
    title: str


class Questioning(ResponseModel):
    """A pending proposal that says something else about it."""

    id: UUID
    title: str


class DecisionView(ResponseModel):
    """The proposal behind it and how that was decided. `policy`: the rules the system decided by."""

    proposal_id: UUID
    title: str
    stated_confidence: float
    confidence: float
    reasoning: str
    proposed_by: str
    review_action: ReviewAction | None
    decided_by: str | None
    decided_at: datetime | None
    notes: str | None
    policy: dict[str, Any] | None


class RevisionView(ResponseModel):
    """The entity as it was after a change."""

    number: int
    snapshot: dict[str, Any]
    change_type: ChangeType
    changed_by: str
    changed_at: datetime
    reason: str | None
    source_proposal_id: UUID | None


class History(ResponseModel):
    items: list[RevisionView]


class MergedEntityView(ResponseModel):
    """Knowledge that was merged into other knowledge: what, by whom and when, and where it is by now."""

    id: UUID
    title: str
    into_id: UUID
    into_title: str
    by: str
    at: datetime


class EntityDetail(ResponseModel, Generic[View]):
    """Why we believe it."""

    entity: View
    merged_into: MergedEntityView | None
    """Where it went; null where it was not merged away."""
    merged: list[MergedEntityView]
    """What was merged into it, and what had been merged into that."""
    filed: list[Filing]
    links: list[LinkView]
    questioned_by: list[Questioning]
    """What waits and says something else about it."""
    evidence: list[QuoteView]
    decisions: list[DecisionView]
    """Of the proposal it came from, and of those that were merged into it."""
    trail: list[TrailEntry]
