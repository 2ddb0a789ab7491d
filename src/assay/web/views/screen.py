"""All that a person needs to decide on one proposal, in one answer."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from assay.db.models import SimilarityType
from assay.duplicates.changes import FactChange
from assay.kinds import Kind
from assay.review.policy import Hold
from assay.text.word_diff import Change
from assay.web.models import ResponseModel
from assay.web.views.detail import CandidateView, TrailEntry
from assay.web.views.merging import MergePreview
from assay.web.views.proposals import AtomProposalView, TopicProposalView
from assay.web.views.records import NamedUser


class MessageExcerpt(ResponseModel):
    """A message as one reads it."""

    id: UUID
    source: str
    channel: str
    thread: str | None
    author: str
    sent_at: datetime
    text: str
    is_bot: bool
    permalink: str | None


class QuoteOnScreen(ResponseModel):
    """A quote in its message. Offsets count characters (code points). `verified`: its words were found there."""

    quote: str
    verified: bool
    start_offset: int | None
    end_offset: int | None
    message: MessageExcerpt
    before: list[MessageExcerpt]
    after: list[MessageExcerpt]


class PieceView(ResponseModel):
    text: str
    change: Change


class ChangedFact(ResponseModel):
    """A fact that the two say differently. null: there it says nothing."""

    before: str | None
    after: str | None
    words: str

    @classmethod
    def of(cls, change: FactChange) -> Self:
        return cls(before=change.before, after=change.after, words=str(change))


class OtherView(ResponseModel):
    """Something that a proposal is compared with. `state`: approved, withdrawn, or the status of a proposal."""

    id: UUID
    kind: Kind
    title: str
    body: str
    is_entity: bool
    state: str


class MatchView(ResponseModel):
    """What it is set beside, and what it says differently, from that to this proposal."""

    other: OtherView
    type: SimilarityType | None
    score: float | None
    explanation: str | None
    title: list[PieceView] = Field(description="empty where the two are too different to be shown as one")
    body: list[PieceView] = Field(description="empty where the two are too different to be shown as one")
    changed_facts: list[ChangedFact]


class ScreenCandidate(CandidateView):
    """`body`, `state`: null where it is gone."""

    body: str | None
    state: str | None


class HoldView(ResponseModel):
    """Why the system does not approve it alone. `words`: the same in a sentence."""

    reason: Hold
    words: str


class ConfidenceStep(ResponseModel):
    """`result`: the confidence after this."""

    why: str
    result: float


class Titled(ResponseModel):
    id: UUID
    title: str


class Dependents(ResponseModel):
    """What waits on a decision: of a topic its atoms; of both, the later ones that are like it or question it."""

    atoms: int
    first_atoms: list[Titled]
    repeats: int
    first_repeats: list[Titled]
    questioned_by: list[Titled]


class TopicOfAtom(ResponseModel):
    """`state`: approved, withdrawn, the status of its proposal, or `new` for a name that nothing has yet."""

    id: UUID | None
    name: str
    state: str


class ClaimView(ResponseModel):
    """Who reads it now. It ends at `expires_at`, and keeps nobody from deciding."""

    user_id: int
    name: str
    expires_at: datetime


class ChangeView(ResponseModel):
    """`before`: the fields that it changed, as they were."""

    at: datetime
    action: str
    actor: str
    version: int
    before: dict[str, Any]


class SeenView(ResponseModel):
    """What you saw of it last, and what changed since."""

    version: int
    at: datetime
    since: list[ChangeView]


class ReviewScreen(ResponseModel):
    proposal: TopicProposalView | AtomProposalView
    body: str
    """Its description or content."""
    title: str
    people: dict[int, NamedUser]
    """By the ids in the proposal."""
    may_decide: bool
    cannot_decide_because: str | None
    """A sentence; null where you may."""
    match: MatchView | None
    candidates: list[ScreenCandidate]
    merge: MergePreview | None
    """What merging it into what it is like would do; null where it is like nothing, or decided."""
    evidence: list[QuoteOnScreen]
    held: list[HoldView]
    untrusted_sources: list[str]
    confidence: list[ConfidenceStep]
    topic: TopicOfAtom | None
    dependents: Dependents
    supersedes: Titled | None
    """The approved entity that it says something else about, or contradicts."""
    went_into: UUID | None
    claim: ClaimView | None
    snoozed_until: datetime | None
    expires_at: datetime | None
    """When it is rejected by itself; null where it is decided."""
    seen: SeenView | None
    """null: you have not seen it."""
    history: list[TrailEntry]
