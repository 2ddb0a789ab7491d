"""One proposal with all that a person needs to decide on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal
from assay.duplicates.serving import scorer_version
from assay.proposals import queries
from assay.review import queries as review
from assay.review.policy import Hold
from assay.web.models import Answer
from assay.web.state import WebState

View = TypeVar("View")


class QuoteView(Answer):
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


class TrailEntry(Answer):
    """Something that happened to it."""

    at: datetime
    action: str
    actor: str
    notes: str | None


class Detail(Answer, Generic[View]):
    proposal: View
    evidence: list[QuoteView]
    held: list[Hold]
    """Why the system does not approve it alone; empty where it may, or where it is decided."""
    trail: list[TrailEntry]


async def detail(session: AsyncSession, proposal: Proposal, state: WebState) -> dict[str, Any]:
    sources = (await queries.behind(session, [proposal.id]))[proposal.id]
    quoted = await queries.evidence(session, sources)
    return {
        "proposal": proposal,
        "evidence": [quote for each in sources for quote in quoted.get(each, [])],
        "held": await _held(session, proposal.id, state),
        "trail": await queries.trail(session, proposal.id),
    }


async def _held(session: AsyncSession, proposal_id: UUID, state: WebState) -> Sequence[Hold]:
    scorer = await scorer_version(session, state.tools.embedder.model)
    facts = await review.facts(session, [proposal_id], scorer=scorer)
    policy = await review.policy(session, state.settings)
    return policy.reasons(facts[proposal_id]) if proposal_id in facts else []
