"""Which pending proposals say something else about what is known, or was proposed earlier."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import among, as_json
from assay.db.models import SYSTEM_USER_ID, Entity, Proposal, ProposalStatus, SimilarityType
from assay.kinds import LinkType
from assay.proposals.sql import contradictions as sql

MAX_SHOWN: Final = 50


async def questioned_by(session: AsyncSession, earlier: UUID) -> Sequence[Row[Any]]:
    """The pending proposals that say something else about an entity or a proposal, or dispute it, the oldest first.

    Disputed it is by what the machine read; what a person or an agent says against it is a proposal as any other.
    """
    found = await session.execute(
        sql.QUESTIONED_BY,
        {
            "id": earlier,
            "link": as_json([{"to": earlier, "link_type": LinkType.CONTRADICTS}]),
            "limit": MAX_SHOWN,
            "system": SYSTEM_USER_ID,
        },
    )
    return found.all()


async def superseded_by(session: AsyncSession, proposal: Proposal) -> UUID | None:
    """The live entity that a pending proposal would take the place of: it is an update of that, or contradicts it."""
    like = proposal.similar_entity_id if proposal.similarity_type is SimilarityType.UPDATE else None
    against = [each["to"] for each in proposal.proposed_links if each["link_type"] == LinkType.CONTRADICTS]
    named = [str(like)] if like else against
    if proposal.status is not ProposalStatus.PENDING or not named:
        return None
    live = select(Entity.id).where(among(Entity.id, map(UUID, named)), ~Entity.archived)
    found: UUID | None = await session.scalar(live.order_by(Entity.id).limit(1))
    return found
