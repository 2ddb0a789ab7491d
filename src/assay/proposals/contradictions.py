"""Which pending proposals say something else about what is known, or was proposed earlier."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json
from assay.db.models import SYSTEM_USER_ID, Proposal, ProposalStatus, SimilarityType
from assay.db.models.proposals import UPDATED
from assay.kinds import LinkType

MAX_SHOWN: Final = 50
UPDATED_IDS: Final = UPDATED.replace("::", r"\:\:")
"""What a proposal is found to be an update of."""

CONTRADICTING: Final = """
    SELECT * FROM proposals WHERE proposed_links @> '[{{"link_type": "contradicts"}}]' AND proposed_links @> {link}
    OFFSET 0"""
"""Those that say the opposite of something. `link`: that, as the links of a proposal hold it."""


def later_updates(earlier: str) -> str:
    """SQL for the pending proposals that are an update of an entity or a proposal. `earlier`: an expression of its id.

    Found by the index of just that, whatever the statistics say: nothing else is asked before.
    """
    return f"""
        SELECT id, title FROM (
            SELECT id, title, dedup_state FROM proposals
            WHERE reviewed_at IS NULL AND {UPDATED_IDS} @> to_jsonb({earlier}) OFFSET 0) AS marked
        WHERE dedup_state = 'duplicate'"""  # noqa: S608  # our own fragments


async def questioned_by(session: AsyncSession, earlier: UUID) -> Sequence[Row[Any]]:
    """The pending proposals that say something else about an entity or a proposal, or dispute it, the oldest first.

    Disputed it is by what the machine read; what a person or an agent says against it is a proposal as any other.
    """
    found = await session.execute(
        text(f"""
        SELECT id, title FROM ({later_updates("CAST(:id AS uuid)")}) AS later
        UNION SELECT id, title FROM ({CONTRADICTING.format(link="CAST(:link AS jsonb)")}) AS against
        WHERE status = 'pending' AND (extraction_run_id IS NOT NULL OR proposed_by_user_id = :system)
        ORDER BY id LIMIT :limit"""),  # noqa: S608  # our own fragments
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
    found: UUID | None = await session.scalar(
        text("SELECT id FROM entities WHERE id = ANY(CAST(:ids AS uuid[])) AND NOT archived ORDER BY id LIMIT 1"),
        {"ids": named},
    )
    return found
