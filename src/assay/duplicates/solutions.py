"""What solves something does not say the same, however alike the two are."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.duplicates.scorer import Pair
from assay.duplicates.sql import verdicts as sql
from assay.kinds import LinkType


async def solution_pairs(session: AsyncSession, pairs: Sequence[Pair]) -> set[tuple[UUID, UUID]]:
    """The ids of those pairs of which one solves the other, by a link or by a proposed one.

    What is the same word for word stays the same: no link makes two of it.
    """
    asked = [(one.id, other.id) for one, other in pairs if one.identity_key != other.identity_key]
    if not asked:
        return set()
    found = await session.execute(
        sql.SOLUTIONS,
        {"ones": [one for one, _ in asked], "others": [other for _, other in asked], "solves": LinkType.SOLVES},
    )
    return set(found.tuples().all())
