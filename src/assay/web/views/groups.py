"""What is in the queue more than once, as groups."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import SimilarityType
from assay.duplicates import groups as stars
from assay.duplicates.groups import Group
from assay.kinds import Kind
from assay.web.models import ResponseModel
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import PageOf, cut

Count = Annotated[int, Field(ge=0, le=2**53)]
BY_SIZE: Final[Any] = tuple[Count, UUID]


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


async def groups(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[Group]:
    """The largest first. They are put together from what the scan marked, so a page costs what all of them cost."""
    start: tuple[int, UUID] | None = place(after, "groups", BY_SIZE)
    found = await stars.grouped(session)
    following = [each for each in found if start is None or _rank(each) > (-start[0], start[1])]
    items, rest = cut(following[: limit + 1], limit, lambda each: (len(each.members), each.id))
    return PageOf[Group](items=list(items), next=cursor(rest, "groups"))


def _rank(group: Group) -> tuple[int, UUID]:
    return -len(group.members), group.id
