"""What waits on the decision of a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

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
        await _waiting(session, "topic_proposal_id = :id", proposal_id),
        await _waiting(session, "(similar_proposal_id = :id OR similar_entity_id = :id)", proposal_id),
        await contradictions.questioned_by(session, proposal_id),
    )


async def _waiting(session: AsyncSession, condition: str, proposal_id: UUID) -> Waiting:
    rows = (
        await session.execute(
            text(f"""
            SELECT id, title, count(*) OVER () AS number FROM (
                SELECT id, title, created_at FROM proposals WHERE status = 'pending' AND {condition}
                LIMIT {MAX_COUNTED}) AS waiting
            ORDER BY created_at, id LIMIT {FIRST}"""),  # noqa: S608  # our own fragments
            {"id": proposal_id},
        )
    ).all()
    return Waiting(rows[0].number if rows else 0, rows)
