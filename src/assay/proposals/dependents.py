"""What waits on the decision of a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assay.db.bulk import outright
from assay.db.models import Proposal, ProposalStatus
from assay.proposals import contradictions

FIRST: Final = 5
MAX_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pending proposals: how many, up to MAX_COUNTED, and the oldest of them."""

    number: int
    first: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class WaitingOn:
    atoms: Waiting
    """Of a topic, those that are filed under it."""
    repeats: Waiting
    """Later ones that are like it."""
    questioned_by: Sequence[Row[Any]]


async def waiting_on(session: AsyncSession, proposal_id: UUID) -> WaitingOn:
    """What waits on this proposal, or on the entity of this id."""
    return WaitingOn(
        await _waiting(session, proposal_id, Proposal.topic_proposal_id),
        await _waiting(session, proposal_id, Proposal.similar_proposal_id, Proposal.similar_entity_id),
        await contradictions.questioned_by(session, proposal_id),
    )


async def _waiting(session: AsyncSession, proposal_id: UUID, *named_in: InstrumentedAttribute[UUID | None]) -> Waiting:
    names_it = or_(*(column == proposal_id for column in named_in))
    counted = (
        select(Proposal.id, Proposal.title, Proposal.created_at)
        .where(outright(Proposal.status, ProposalStatus.PENDING), names_it)
        .limit(MAX_COUNTED)
        .subquery()
    )
    first = select(counted.c.id, counted.c.title, func.count().over().label("number"))
    rows = (await session.execute(first.order_by(counted.c.created_at, counted.c.id).limit(FIRST))).all()
    return Waiting(rows[0].number if rows else 0, rows)
