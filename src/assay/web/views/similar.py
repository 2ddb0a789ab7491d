"""What says the same twice, in lists: groups of the queue, and pairs of approved knowledge."""

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import SimilarityType
from assay.duplicates import groups as stars
from assay.duplicates import pairs as known
from assay.duplicates.claim import Claim
from assay.duplicates.groups import Group
from assay.duplicates.pairs import AlikeEntities
from assay.kinds import Kind
from assay.web.models import ResponseModel, Share
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import PageOf, cut

Count = Annotated[int, Field(ge=0, le=2**53)]
BY_SIZE: Final[Any] = tuple[Count, UUID]
BY_LIKENESS: Final[Any] = tuple[bool, Share, UUID, UUID]


class MemberView(ResponseModel):
    """`stays`: why a decision on the whole group leaves it in the queue; null where it goes with the group."""

    id: UUID
    title: str
    type: SimilarityType
    score: float
    stays: str | None


class GroupView(ResponseModel):
    """What stands in the middle, a pending proposal or what is known, and the pending ones that are like it."""

    id: UUID
    kind: Kind
    title: str
    is_entity: bool
    members: list[MemberView]


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


async def groups(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[Group]:
    """The largest first. They are put together from what the scan marked, so a page costs what all of them cost."""
    start: tuple[int, UUID] | None = place(after, "groups", BY_SIZE)
    found = await stars.grouped(session)
    following = [each for each in found if start is None or _rank(each) > (-start[0], start[1])]
    items, rest = cut(following[: limit + 1], limit, lambda each: (len(each.members), each.id))
    return PageOf[Group](items=list(items), next=cursor(rest, "groups"))


def _rank(group: Group) -> tuple[int, UUID]:
    return -len(group.members), group.id


async def pairs(session: AsyncSession, *, after: str | None, limit: int, kind: Kind | None = None) -> PageOf[PairView]:
    """What says the same before what says something else, the most alike first."""
    of = f"pairs of {kind or 'all'}"
    found, rest = await known.page(session, kind=kind, after=place(after, of, BY_LIKENESS), limit=limit)
    return PageOf[PairView](items=[PairView.of(each) for each in found], next=cursor(rest, of))
