"""Users."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import ActorKind, User


async def ensure_user(session: AsyncSession, name: str) -> Actor:
    """The person of this name, made known at the first decision."""
    await session.execute(insert(User).values(name=name, kind=ActorKind.USER).on_conflict_do_nothing())
    user = (await session.scalars(select(User).where(User.name == name))).one()
    return Actor(user.id, user.name, user.kind)
