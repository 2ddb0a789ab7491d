"""How entities ended: merged into others, or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.models import Entity, Merge, User
from assay.proposals.merge import sql
from assay.proposals.outcomes import Decision


@dataclass(frozen=True, slots=True)
class MergedEntity:
    """An entity that went into another, where it is by now."""

    id: UUID
    title: str
    into_id: UUID
    into_title: str
    by: str
    at: datetime


async def merges(session: AsyncSession, entity_id: UUID) -> list[MergedEntity]:
    """What was merged into this entity, by however many merges, and its own going; in their order."""
    target = aliased(Entity)
    words = Entity.id, Entity.title, target.id.label("into_id"), target.title.label("into_title")
    rows = await session.execute(
        select(*words, User.name.label("by"), Merge.merged_at.label("at"))
        .join(target, target.id == Entity.merged_into_entity_id)
        .join(Merge, and_(Merge.source_id == Entity.id, Merge.of_entity, Merge.undone_at.is_(None)))
        .join(User, User.id == Merge.merged_by_user_id)
        .where(or_(Entity.id == entity_id, Entity.merged_into_entity_id == entity_id))
        .order_by(Merge.id)
    )
    return [MergedEntity(**row) for row in rows.mappings()]


async def how_archived(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Who merged or withdrew these entities, and when; nothing of live ones."""
    rows = await session.execute(sql.HOW_ARCHIVED, {"ids": list(ids)})
    return {entity_id: Decision(by, action, at) for entity_id, by, action, at in rows}
