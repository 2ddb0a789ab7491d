"""Which pending proposals say something else about what is known, or was proposed earlier."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models.proposals import UPDATED

MOST_SHOWN: Final = 50
UPDATED_IDS: Final = UPDATED.replace("::", r"\:\:")
"""What a proposal is found to be an update of."""


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
    """The pending proposals that say something else about an entity or a proposal, the oldest first."""
    found = await session.execute(
        text(f"""SELECT id, title FROM ({later_updates("CAST(:id AS uuid)")}) AS later ORDER BY id LIMIT :limit"""),  # noqa: S608
        {"id": earlier, "limit": MOST_SHOWN},
    )
    return found.all()
