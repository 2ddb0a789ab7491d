"""Reads of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import short_ids
from assay.db.models import (
    AuditEntry,
    DedupState,
    Entity,
    Evidence,
    Proposal,
    ProposalStatus,
    SimilarityType,
    StoredMessage,
    User,
)
from assay.db.models.proposals import FAILING
from assay.errors import NotFound
from assay.kinds import Kind
from assay.proposals.sql import evidence as sql


@dataclass(frozen=True, slots=True)
class QuoteInContext:
    """A quote with the message it was taken from."""

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
    """Where the message stands in its own program, if its export says so."""


async def get(session: AsyncSession, proposal_id: UUID) -> Proposal:
    """Raises NotFound."""
    found = await session.get(Proposal, proposal_id)
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    return found


async def full_ids(session: AsyncSession, parts: Sequence[str], noun: str | None = None) -> list[UUID]:
    """The proposals whose ids are, or end in, what a person typed. Raises NotFound or InvalidInput.

    `noun`: what they became, where a person speaks of that; knowledge has the id of its proposal.
    """
    return await short_ids.full_ids(session, "proposals", parts, noun)


async def evidence(session: AsyncSession, proposal_ids: Sequence[UUID]) -> dict[UUID, list[QuoteInContext]]:
    """The quotes behind proposals, in the order the extractor gave them."""
    rows = await session.execute(
        select(
            Evidence.proposal_id,
            Evidence.quote,
            Evidence.verified,
            Evidence.start_offset,
            Evidence.end_offset,
            StoredMessage.id,
            StoredMessage.author,
            StoredMessage.channel,
            StoredMessage.sent_at,
            StoredMessage.text,
            StoredMessage.permalink,
        )
        .join(StoredMessage, StoredMessage.id == Evidence.message_id)
        .where(Evidence.proposal_id.in_(proposal_ids))
        .order_by(Evidence.proposal_id, Evidence.position)
    )
    found: dict[UUID, list[QuoteInContext]] = {}
    for proposal_id, *rest in rows:
        found.setdefault(proposal_id, []).append(QuoteInContext(*rest))
    return found


async def behind(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The proposals behind entities: those they came from, and those that were merged into them.

    What is behind an entity that was merged away is behind the one that it went into. A pending proposal stands
    behind itself.
    """
    rows = await session.execute(
        sql.BEHIND,
        {"ids": list(ids)},
    )
    found = {each: [each] for each in ids}
    for entity, proposal in rows:
        if proposal != entity:
            found[entity].append(proposal)
    return found


async def pending(session: AsyncSession, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the proposals that nobody decided yet."""
    found = await session.scalars(
        select(Proposal.id).where(Proposal.id.in_(ids), Proposal.status == ProposalStatus.PENDING)
    )
    return list(found)


async def repeating(session: AsyncSession, proposal_id: UUID, limit: int) -> list[Proposal]:
    """Those that wait and are marked as like this one, which came before them; the oldest first."""
    found = await session.scalars(
        select(Proposal)
        .where(
            Proposal.status == ProposalStatus.PENDING,
            or_(Proposal.similar_proposal_id == proposal_id, Proposal.similar_entity_id == proposal_id),
        )
        .order_by(Proposal.created_at, Proposal.id)
        .limit(limit)
    )
    return list(found)


async def explanations(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """What the scan says of those proposals that say something else about the same thing."""
    rows = await session.execute(
        select(Proposal.id, Proposal.similarity_explanation).where(
            Proposal.id.in_(ids), Proposal.similarity_type == SimilarityType.UPDATE
        )
    )
    return {proposal_id: [explanation] for proposal_id, explanation in rows if explanation}


async def trail(session: AsyncSession, subject_id: UUID) -> Sequence[Row[Any]]:
    """What happened to a proposal: moment, action, actor and notes, oldest first."""
    notes = AuditEntry.detail["notes"].astext.label("notes")
    found = await session.execute(
        select(AuditEntry.at, AuditEntry.action, User.name.label("actor"), notes)
        .join(User, User.id == AuditEntry.actor_user_id)
        .where(AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id)
    )
    return found.all()


async def count_failing(session: AsyncSession) -> int:
    """How many pending proposals the machine failed on last: they rest, or wait for a person."""
    return await session.scalar(select(func.count()).select_from(Proposal).where(FAILING)) or 0


async def count_unscanned(session: AsyncSession, scorer: str) -> int:
    """How many pending proposals this scorer has not looked at."""
    owed = Proposal.dedup_state.in_((DedupState.UNCHECKED, DedupState.ERROR)) | Proposal.dedup_scorer.is_distinct_from(
        scorer
    )
    return await session.scalar(select(func.count()).where(Proposal.status == ProposalStatus.PENDING, owed)) or 0


async def count_stale(session: AsyncSession, cutoff: datetime) -> int:
    """How many pending proposals have waited since before the cutoff."""
    return (
        await session.scalar(
            select(func.count()).where(Proposal.status == ProposalStatus.PENDING, Proposal.refreshed_at < cutoff)
        )
        or 0
    )


async def stale(
    session: AsyncSession, cutoff: datetime, *, limit: int, exclude: Sequence[UUID] = ()
) -> dict[UUID, Kind]:
    """Pending proposals that have waited since before the cutoff, the oldest first. `exclude`: not these."""
    rows = await session.execute(
        select(Proposal.id, Proposal.kind)
        .where(Proposal.status == ProposalStatus.PENDING, Proposal.refreshed_at < cutoff, Proposal.id.not_in(exclude))
        .order_by(Proposal.refreshed_at, Proposal.id)
        .limit(limit)
    )
    return dict(rows.tuples().all())


async def titles(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of entities, archived ones too."""
    rows = await session.execute(select(Entity.id, Entity.title).where(Entity.id.in_(ids)))
    return dict(rows.tuples().all())
