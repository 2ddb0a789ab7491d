"""Reads of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import short_ids
from assay.db.models import MAX_FAILURES, DedupState, Evidence, Message, Proposal, ProposalStatus
from assay.errors import NotFound
from assay.kinds import Kind

_ID_CHARACTERS: Final = frozenset("0123456789abcdef-")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which proposals a list shows. What is None does not narrow."""

    status: ProposalStatus | None = None
    kind: Kind | None = None
    dedup_state: DedupState | None = None
    least_confidence: float | None = None
    needs_attention: bool | None = None


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


async def listed(
    session: AsyncSession, wanted: Filter, *, limit: int, after: UUID | None = None
) -> tuple[Sequence[Proposal], UUID | None]:
    """One page, oldest first, and the id after which the next page begins."""
    query = select(Proposal).order_by(Proposal.created_at, Proposal.id).limit(limit + 1)
    for column, value in (
        (Proposal.status, wanted.status),
        (Proposal.kind, wanted.kind),
        (Proposal.dedup_state, wanted.dedup_state),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.least_confidence is not None:
        query = query.where(Proposal.confidence >= wanted.least_confidence)
    if wanted.needs_attention is not None:
        tired = Proposal.failures >= MAX_FAILURES
        query = query.where(tired if wanted.needs_attention else ~tired)
    if after is not None:
        last = await get(session, after)
        query = query.where(tuple_(Proposal.created_at, Proposal.id) > (last.created_at, last.id))
    found = (await session.scalars(query)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def get(session: AsyncSession, proposal_id: UUID) -> Proposal:
    """Raises NotFound."""
    found = await session.get(Proposal, proposal_id)
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id}.")
    return found


async def full_ids(session: AsyncSession, parts: Sequence[str]) -> list[UUID]:
    """The proposals whose ids are, or end in, what a person typed. Raises NotFound or InvalidInput."""
    return await short_ids.full_ids(session, "proposals", parts)


async def evidence(session: AsyncSession, proposal_ids: Sequence[UUID]) -> dict[UUID, list[QuoteInContext]]:
    """The quotes behind proposals, in the order the extractor gave them."""
    rows = await session.execute(
        select(
            Evidence.proposal_id,
            Evidence.quote,
            Evidence.verified,
            Evidence.start_offset,
            Evidence.end_offset,
            Message.id,
            Message.author,
            Message.channel,
            Message.sent_at,
            Message.text,
        )
        .join(Message, Message.id == Evidence.message_id)
        .where(Evidence.proposal_id.in_(proposal_ids))
        .order_by(Evidence.proposal_id, Evidence.position)
    )
    found: dict[UUID, list[QuoteInContext]] = {}
    for proposal_id, *rest in rows:
        found.setdefault(proposal_id, []).append(QuoteInContext(*rest))
    return found


async def merged_into(session: AsyncSession, entity_id: UUID) -> Sequence[UUID]:
    """The proposals that were merged into an entity. Their evidence is its evidence too."""
    found = await session.scalars(
        select(Proposal.id).where(Proposal.merged_into_entity_id == entity_id).order_by(Proposal.id)
    )
    return found.all()


async def trail(session: AsyncSession, subject_id: UUID) -> Sequence[Row[Any]]:
    """What happened to a proposal: moment, action, actor and notes, oldest first."""
    found = await session.execute(
        text("""
        SELECT a.at, a.action, u.name AS actor, a.detail ->> 'notes' AS notes
        FROM audit_log a JOIN users u ON u.id = a.actor_user_id WHERE a.subject_id = :id ORDER BY a.id"""),
        {"id": subject_id},
    )
    return found.all()


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


async def stale(session: AsyncSession, cutoff: datetime, *, limit: int, but: Sequence[UUID] = ()) -> dict[UUID, Kind]:
    """Pending proposals that have waited since before the cutoff, the oldest first. `but`: not these."""
    rows = await session.execute(
        select(Proposal.id, Proposal.kind)
        .where(Proposal.status == ProposalStatus.PENDING, Proposal.refreshed_at < cutoff, Proposal.id.not_in(but))
        .order_by(Proposal.refreshed_at, Proposal.id)
        .limit(limit)
    )
    return dict(rows.tuples().all())
