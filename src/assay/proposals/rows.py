"""What a list shows of each proposal: as little as one needs to choose among many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.headlines import headline_options
from assay.db.models import DedupState, ProposalStatus, ReviewAction, SimilarityType
from assay.kinds import AtomType, Kind
from assay.proposals.sql import queue as sql


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    kind: Kind
    title: str
    excerpt: str
    type: AtomType | None
    topic: str | None
    confidence: float
    status: ProposalStatus
    version: int
    dedup_state: DedupState
    similarity_type: SimilarityType | None
    similarity_score: float | None
    like_id: UUID | None
    like_title: str | None
    like_is_entity: bool
    source: str | None
    channel: str | None
    created_at: datetime
    refreshed_at: datetime
    snoozed_until: datetime | None
    assignee_user_id: int | None
    reviewed_by_user_id: int | None
    reviewed_at: datetime | None
    review_action: ReviewAction | None
    seen_version: int | None
    notes: int
    waiting: int
    """Pending atoms that wait for this topic."""
    repeats: int
    """Later pending ones that are like it, or like the same knowledge."""
    marked_title: str | None
    """With marks around the words that were searched for."""
    marked_body: str | None


async def rows(session: AsyncSession, ids: Sequence[UUID], *, user_id: int, words: str | None) -> list[Row]:
    """In the order of the ids, for somebody who searched for these words. Each row is looked up by its key."""
    found = await session.execute(
        sql.ROWS,
        {
            "ids": list(ids),
            "user": user_id,
            "words": words,
            **headline_options(MaxFragments=2, MaxWords=20, MinWords=6),
            "whole": headline_options(HighlightAll="true")["options"],
        },
    )
    return [Row(**_enumerated(row)) for row in found.mappings()]


def _enumerated(row: Any) -> dict[str, Any]:
    kinds = {"kind": Kind, "status": ProposalStatus, "dedup_state": DedupState}
    optional = {"type": AtomType, "similarity_type": SimilarityType, "review_action": ReviewAction}
    found = {**row} | {name: kind(row[name]) for name, kind in kinds.items()}
    return found | {name: row[name] and kind(row[name]) for name, kind in optional.items()}
