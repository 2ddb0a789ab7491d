"""Reservations: who is reading a proposal now. They lapse by themselves, and keep nobody from deciding.

Over HTTP and in the database they are called claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import among
from assay.db.models import Proposal, ProposalStatus, ReviewClaim, User
from assay.proposals.sql import queue as sql

LENGTH: Final = timedelta(minutes=5)
MAX_SHOWN: Final = 1_000
MAX_FORGOTTEN: Final = 100
TRIES: Final = 5
"""Others may take what was free a moment ago."""


@dataclass(frozen=True, slots=True)
class Reservation:
    proposal_id: UUID
    user_id: int
    name: str
    expires_at: datetime


async def reserve(session: AsyncSession, proposal_id: UUID, *, actor: Actor) -> Reservation | None:
    """Who reads the proposal now: the actor for LENGTH from now on, unless somebody else does already.

    None where it is not pending, for there is nothing to decide on.
    """
    await _forget_ended(session)
    await reserve_first(session, [proposal_id], actor=actor)
    return (await of(session, [proposal_id])).get(proposal_id)


async def reserve_first(session: AsyncSession, ids: Sequence[UUID], *, actor: Actor) -> UUID | None:
    """The first of these pending proposals that nobody else reads, reserved for the actor; None where there is none."""
    for _ in range(TRIES):
        taken: UUID | None = await session.scalar(
            sql.RESERVE_FIRST,
            {**_by(actor), "ids": list(ids), "until": now() + LENGTH},
        )
        if taken or not set(ids) - set(await of(session, ids)):
            return taken
    return None


async def release(session: AsyncSession, proposal_id: UUID, *, actor: Actor) -> None:
    """Ends a reservation of the actor's own; does nothing where there is none."""
    mine = delete(ReviewClaim).where(ReviewClaim.proposal_id == proposal_id, ReviewClaim.user_id == actor.user_id)
    await session.execute(mine)


async def of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Reservation]:
    """Who reads each of the proposals now; of those that are pending."""
    return await _reservations(session, among(ReviewClaim.proposal_id, ids))


async def all_of_them(session: AsyncSession) -> list[Reservation]:
    """Who reads what now, the newest first."""
    return list((await _reservations(session)).values())


async def _reservations(session: AsyncSession, *which: ColumnElement[bool]) -> dict[UUID, Reservation]:
    rows = await session.execute(
        select(ReviewClaim.proposal_id, ReviewClaim.user_id, User.name, ReviewClaim.expires_at)
        .join(User, User.id == ReviewClaim.user_id)
        .join(Proposal, Proposal.id == ReviewClaim.proposal_id)
        .where(*which, ReviewClaim.expires_at > now(), Proposal.status == ProposalStatus.PENDING)
        .order_by(ReviewClaim.expires_at.desc(), ReviewClaim.proposal_id)
        .limit(MAX_SHOWN)
    )
    return {row.proposal_id: Reservation(*row) for row in rows}


async def _forget_ended(session: AsyncSession) -> None:
    over = select(ReviewClaim.proposal_id).where(ReviewClaim.expires_at <= now()).limit(MAX_FORGOTTEN)
    ended = delete(ReviewClaim).where(ReviewClaim.proposal_id.in_(over.with_for_update(skip_locked=True)))
    await session.execute(ended.execution_options(synchronize_session=False))


def _by(actor: Actor) -> dict[str, Any]:
    return {"user": actor.user_id, "at": now()}
