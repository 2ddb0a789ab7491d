"""Soft claims: who is reading a proposal now. They end by themselves, and keep nobody from deciding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now

LENGTH: Final = timedelta(minutes=5)
MAX_SHOWN: Final = 1_000
TRIES: Final = 5
"""Others may take what was free a moment ago."""

_MINE_OR_OVER: Final = "review_claims.user_id = :user OR review_claims.expires_at <= :at"


@dataclass(frozen=True, slots=True)
class HeldClaim:
    proposal_id: UUID
    user_id: int
    name: str
    expires_at: datetime


async def claim(session: AsyncSession, proposal_id: UUID, *, actor: Actor) -> HeldClaim | None:
    """Who reads the proposal now: the actor for LENGTH from now on, unless somebody else does already.

    None where it is not pending, for there is nothing to decide on.
    """
    await _forget_ended(session)
    await take_first(session, [proposal_id], actor=actor)
    return (await of(session, [proposal_id])).get(proposal_id)


async def take_first(session: AsyncSession, ids: Sequence[UUID], *, actor: Actor) -> UUID | None:
    """The first of these pending proposals that nobody else reads, claimed for the actor; None where there is none."""
    for _ in range(TRIES):
        taken: UUID | None = await session.scalar(
            text(f"""
            INSERT INTO review_claims (proposal_id, user_id, expires_at)
            SELECT p.id, :user, :until
            FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, place)
            CROSS JOIN LATERAL (SELECT id, status FROM proposals WHERE proposals.id = wanted.id OFFSET 0) AS p
            WHERE p.status = 'pending' AND NOT EXISTS (
                SELECT FROM review_claims WHERE proposal_id = p.id AND NOT ({_MINE_OR_OVER}))
            ORDER BY wanted.place LIMIT 1
            ON CONFLICT (proposal_id) DO UPDATE SET user_id = excluded.user_id, expires_at = excluded.expires_at
                WHERE {_MINE_OR_OVER}
            RETURNING proposal_id"""),  # noqa: S608  # our own fragment
            {**_by(actor), "ids": list(ids), "until": now() + LENGTH},
        )
        if taken or not set(ids) - set(await of(session, ids)):
            return taken
    return None


async def release(session: AsyncSession, proposal_id: UUID, *, actor: Actor) -> None:
    """Ends a claim of the actor's own; does nothing where there is none."""
    await session.execute(
        text("DELETE FROM review_claims WHERE proposal_id = :id AND user_id = :user"),
        {"id": proposal_id, "user": actor.user_id},
    )


async def of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, HeldClaim]:
    """Who reads each of the proposals now; of those that are pending."""
    return await _claims(session, "c.proposal_id = ANY(:ids)", ids=list(ids))


async def all_claims(session: AsyncSession) -> list[HeldClaim]:
    """Who reads what now, the newest first."""
    return list((await _claims(session, "true")).values())


async def _claims(session: AsyncSession, condition: str, **parameters: Any) -> dict[UUID, HeldClaim]:
    rows = await session.execute(
        text(f"""
        SELECT c.proposal_id, c.user_id, u.name, c.expires_at FROM review_claims c
        JOIN users u ON u.id = c.user_id JOIN proposals p ON p.id = c.proposal_id
        WHERE {condition} AND c.expires_at > :at AND p.status = 'pending'
        ORDER BY c.expires_at DESC, c.proposal_id LIMIT {MAX_SHOWN}"""),  # noqa: S608  # our own fragments
        {"at": now(), **parameters},
    )
    return {row.proposal_id: HeldClaim(*row) for row in rows}


async def _forget_ended(session: AsyncSession) -> None:
    await session.execute(
        text("""
        DELETE FROM review_claims WHERE proposal_id IN (
            SELECT proposal_id FROM review_claims WHERE expires_at <= :at LIMIT 100 FOR UPDATE SKIP LOCKED)"""),
        {"at": now()},
    )


def _by(actor: Actor) -> dict[str, Any]:
    return {"user": actor.user_id, "at": now()}
