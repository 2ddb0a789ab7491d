"""The names of people and agents, for whoever may read."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import User


async def named(session: AsyncSession, ids: Iterable[int | None]) -> dict[int, User]:
    """These people, by id."""
    wanted = {each for each in ids if each is not None}
    return {each.id: each for each in await session.scalars(select(User).where(User.id.in_(wanted)))}
