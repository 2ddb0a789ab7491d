"""New evidence for proposals that wait for a decision."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import SYSTEM_USER_ID, Evidence, Proposal, ProposalStatus
from assay.messaging.events import EvidenceAdded
from assay.proposals.drafts import Addition, QuotedEvidence, evidence_rows
from assay.proposals.grounding import hold_against_evidence
from assay.proposals.sql import evidence as sql


@dataclass(frozen=True, slots=True)
class AuthoredQuote:
    """A quote behind a proposal, and who said it."""

    message_id: UUID
    quote: str
    verified: bool
    author: str
    is_bot: bool
    """Or what the proposer wrote in, which is no voice of somebody else."""


Weigh = Callable[[Proposal, Sequence[AuthoredQuote]], float]
"""The confidence of a proposal, given all its evidence."""


async def add(session: AsyncSession, additions: Mapping[UUID, Addition], *, weigh: Weigh, actor: Actor) -> list[UUID]:
    """Adds quotes of further messages to pending proposals, weighs them anew and restarts their clocks.

    Returns those that gained something: one that was decided meanwhile stays as it is.
    """
    if not additions:
        return []
    await hold_until_commit(session, DECISIONS)
    pending = await hold_pending(session, additions)
    before = await quoted(session, list(pending))
    gaining = {each: new for each in pending if (new := _new(additions[each].evidence, before.get(each, ())))}
    rows = [row for each, new in gaining.items() for row in evidence_rows(each, new, len(before.get(each, ())))]
    await insert_rows(session, Evidence, rows)
    await hold_against_evidence(session, list(gaining))
    pending = await hold_pending(session, gaining)
    after = await quoted(session, list(gaining))
    records = [_strengthened(pending[each], additions[each], after[each], weigh) for each in gaining]
    await session.flush()
    await record(session, actor, records)
    return list(gaining)


async def weigh_anew(session: AsyncSession, ids: Sequence[UUID], *, weigh: Weigh) -> list[Proposal]:
    """Holds pending proposals against their evidence and weighs them by it, after their words or it changed."""
    await hold_against_evidence(session, ids)
    pending = await hold_pending(session, ids)
    backing = await quoted(session, list(pending))
    for each, proposal in pending.items():
        proposal.confidence = weigh(proposal, backing.get(each, ()))
    await session.flush()
    return list(pending.values())


def _new(quotes: Sequence[QuotedEvidence], known: Sequence[AuthoredQuote]) -> list[QuotedEvidence]:
    """One quote of each message that does not back the proposal yet."""
    backing = {quote.message_id for quote in known}
    return list({quote.message_id: quote for quote in reversed(quotes) if quote.message_id not in backing}.values())


def _strengthened(proposal: Proposal, addition: Addition, quotes: Sequence[AuthoredQuote], weigh: Weigh) -> Record:
    earlier = proposal.confidence
    proposal.stated_confidence = max(proposal.stated_confidence, addition.stated_confidence)
    proposal.confidence = weigh(proposal, quotes)
    proposal.source_message_ids = list(dict.fromkeys(quote.message_id for quote in quotes))
    proposal.refreshed_at = now()
    proposal.version += 1
    detail = {"version": proposal.version, "confidence": proposal.confidence, "confidence_before": earlier}
    event = EvidenceAdded(proposal.kind, proposal.id, proposal.title, proposal.confidence)
    return Record.of(event, subject_id=proposal.id, entity_type=proposal.kind, detail=detail)


async def hold_pending(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Proposal]:
    """Those that are pending, held until the commit."""
    wanted = select(Proposal).where(Proposal.id.in_(list(ids)), Proposal.status == ProposalStatus.PENDING)
    found = await session.scalars(
        wanted.order_by(Proposal.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    return {each.id: each for each in found}


async def quoted(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[AuthoredQuote]]:
    """The quotes that back each, in their order."""
    rows = await session.execute(
        sql.QUOTED,
        {"ids": list(ids), "system": SYSTEM_USER_ID},
    )
    found: dict[UUID, list[AuthoredQuote]] = {}
    for row in rows:
        quoted = AuthoredQuote(row.id, row.quote, row.verified, row.author, row.is_bot)
        found.setdefault(row.proposal_id, []).append(quoted)
    return found
