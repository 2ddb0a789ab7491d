"""Filters of the queue that somebody gave a name."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.base import new_id
from assay.db.models import SavedView, User
from assay.errors import Conflict, NotFound

MAX_VIEWS: Final = 50


async def views(session: AsyncSession, *, actor: Actor) -> Sequence[SavedView]:
    """The actor's own, by name."""
    mine = select(SavedView).where(SavedView.user_id == actor.user_id).order_by(SavedView.name)
    return (await session.scalars(mine)).all()


async def save(session: AsyncSession, name: str, query: Mapping[str, Any], *, actor: Actor) -> SavedView:
    """Keeps a filter under a name, in place of what had that name. Raises Conflict beyond MAX_VIEWS."""
    await session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    others = select(func.count()).where(SavedView.user_id == actor.user_id, SavedView.name != name)
    if (await session.scalar(others) or 0) >= MAX_VIEWS:
        raise Conflict(f"{MAX_VIEWS} views are as many as one may have: delete one first.")
    row = {"id": new_id(), "user_id": actor.user_id, "name": name, "query": dict(query)}
    kept = await session.scalars(
        insert(SavedView)
        .values(row)
        .on_conflict_do_update(index_elements=["user_id", "name"], set_={"query": row["query"]})
        .returning(SavedView),
        execution_options={"populate_existing": True},
    )
    return kept.one()


async def remove(session: AsyncSession, view_id: UUID, *, actor: Actor) -> None:
    """Raises NotFound, also for somebody else's."""
    mine = delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id)
    if (await session.scalar(mine.returning(SavedView.id))) is None:
        raise NotFound(f"You have no view {view_id}.")
