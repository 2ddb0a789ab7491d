"""What topics and atoms are called."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Entity


async def titles(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of entities, archived ones too."""
    rows = await session.execute(select(Entity.id, Entity.title).where(Entity.id.in_(ids)))
    return dict(rows.tuples().all())
