"""One proposal with all that a person needs to decide on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, ProposalStatus, SimilarityType
from assay.proposals import contradictions, queries
from assay.proposals.merge.preview import preview_of_similar
from assay.proposals.merge.sql import survivors
from assay.review.policy import Hold
from assay.settings import Settings
from assay.sources.queries import untrusted_sources
from assay.web.models import ResponseModel
from assay.web.views.merging import MergePreview
from assay.web.views.queue import reasons_to_wait

View = TypeVar("View")

MAX_REPEATED = 5


class QuoteView(ResponseModel):
    """A quote and the message it was taken from. `verified`: the words were found there, at these offsets."""

    quote: str
    verified: bool
    start_offset: int | None
    end_offset: int | None
    message_id: UUID
    author: str
    channel: str
    sent_at: datetime
    text: str
    permalink: str | None
    """The address of the message in its own program; null where its export names none."""


class TrailEntry(ResponseModel):
    """Something that happened to it."""

    at: datetime
    action: str
    actor: str
    notes: str | None


class CandidateView(ResponseModel):
    """What came before it and is near it. `score` is on the scale of all models, `cosine` the model's own."""

    id: UUID
    title: str
    is_entity: bool
    score: float
    cosine: float | None
    trigram: float
    type: SimilarityType | None
    """None: not alike enough."""
    dismissed: bool
    """A person said that the two are not the same."""

    @classmethod
    def of(cls, candidate: Mapping[str, Any]) -> "CandidateView":
        return cls.model_validate({"type": None, "dismissed": False, "is_entity": False, **candidate})


class Detail(ResponseModel, Generic[View]):
    proposal: View
    evidence: list[QuoteView]
    held: list[Hold]
    """Why the system does not approve it alone; empty where it may, or where it is decided."""
    untrusted_sources: list[str]
    """Those that it is quoted from; of a proposal that is pending."""
    candidates: list[CandidateView]
    """The nearest of what came before it, the best first."""
    merge: MergePreview | None
    """What merging it into what it is like would do; null where it is like nothing, or decided."""
    repeated_by: list[UUID] = Field(description=f"The first {MAX_REPEATED} later ones that wait and are like it.")
    supersedes: UUID | None
    """The approved entity that it says something else about, or contradicts, and whose place it may take; null where
    there is none, or it is decided."""
    went_into: UUID | None
    """Where the knowledge is now that it became, where that was merged into another."""
    trail: list[TrailEntry]


async def detail(session: AsyncSession, proposal: Proposal, settings: Settings) -> dict[str, Any]:
    """What `Detail` is made of, for the proposal in any view."""
    held = await reasons_to_wait(session, [proposal.id], settings)
    untrusted = await untrusted_sources(session, proposal.id) if held else []
    return {
        "proposal": proposal,
        "evidence": await quotes_behind(session, proposal.id),
        "held": held.get(proposal.id, []),
        "untrusted_sources": untrusted,
        "candidates": [CandidateView.of(each) for each in proposal.candidates],
        "merge": await preview_of_similar(session, proposal),
        "repeated_by": [each.id for each in await queries.repeating(session, proposal.id, MAX_REPEATED)],
        "supersedes": await contradictions.superseded_by(session, proposal),
        "went_into": await went_into(session, proposal),
        "trail": await queries.trail(session, proposal.id),
    }


async def quotes_behind(session: AsyncSession, subject_id: UUID) -> Sequence[queries.QuoteInContext]:
    """The quotes of the proposals behind an entity, or of a pending proposal."""
    sources = (await queries.behind(session, [subject_id]))[subject_id]
    quoted = await queries.evidence(session, sources)
    return [quote for each in sources for quote in quoted.get(each, [])]


async def went_into(session: AsyncSession, proposal: Proposal) -> UUID | None:
    if proposal.status not in {ProposalStatus.APPROVED, ProposalStatus.MERGED}:
        return None
    found = (await survivors(session, [proposal.id])).get(proposal.id)
    return found if found != proposal.id else None
