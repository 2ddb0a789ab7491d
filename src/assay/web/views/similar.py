"""Pairs of approved knowledge that say the same."""

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import SimilarityType
from assay.duplicates import pairs as known
from assay.duplicates.claim import Claim
from assay.duplicates.pairs import AlikeEntities
from assay.kinds import Kind
from assay.web.models import ResponseModel, Share
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import PageOf

BY_LIKENESS: Final[Any] = tuple[bool, Share, UUID, UUID]


class SideView(ResponseModel):
    id: UUID
    title: str


class PairView(ResponseModel):
    """Two topics or atoms that are alike."""

    kind: Kind
    older: SideView
    newer: SideView
    type: SimilarityType
    score: float
    explanation: str
    found_at: datetime

    @classmethod
    def of(cls, pair: AlikeEntities) -> Self:
        values = {name: getattr(pair, name) for name in ("kind", "type", "score", "explanation", "found_at")}
        return cls(**values, older=_side(pair.first), newer=_side(pair.second))


def _side(claim: Claim) -> SideView:
    return SideView(id=claim.id, title=claim.title)


async def pairs(session: AsyncSession, *, after: str | None, limit: int, kind: Kind | None = None) -> PageOf[PairView]:
    """What says the same before what says something else, the most alike first."""
    of = f"pairs of {kind or 'all'}"
    found, rest = await known.page(session, kind=kind, after=place(after, of, BY_LIKENESS), limit=limit)
    return PageOf[PairView](items=[PairView.of(each) for each in found], next=cursor(rest, of))
