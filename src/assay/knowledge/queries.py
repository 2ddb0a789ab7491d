"""Reads of topics and atoms."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Entity
from assay.kinds import Kind


async def listed(session: AsyncSession, kind: Kind, *, topic: UUID | None = None, limit: int) -> Sequence[RowMapping]:
    """Live entities, the newest first, each with the topics it is filed under and the number filed under it."""
    found = await session.execute(
        text("""
        SELECT e.id, e.title, e.body, e.icon, e.color, e.keywords, e.atom_type, e.confidence, e.created_at, e.revision,
            ARRAY(SELECT t.title FROM topic_atoms f JOIN entities t ON t.id = f.topic_id AND NOT t.archived
                  WHERE f.atom_id = e.id ORDER BY t.title) AS topics,
            (SELECT count(*) FROM topic_atoms f JOIN entities a ON a.id = f.atom_id AND NOT a.archived
             WHERE f.topic_id = e.id) AS atoms
        FROM entities e
        WHERE e.kind = :kind AND NOT e.archived AND (CAST(:topic AS uuid) IS NULL OR EXISTS (
            SELECT FROM topic_atoms f WHERE f.atom_id = e.id AND f.topic_id = :topic))
        ORDER BY e.created_at DESC, e.id DESC LIMIT :limit"""),
        {"kind": kind, "topic": topic, "limit": limit},
    )
    return found.mappings().all()


async def count(session: AsyncSession) -> dict[Kind, int]:
    """How many live entities there are of each kind."""
    rows = await session.execute(select(Entity.kind, func.count()).where(~Entity.archived).group_by(Entity.kind))
    found: dict[Any, int] = dict(rows.tuples().all())
    return {kind: found.get(kind, 0) for kind in Kind}


async def titles(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The titles of entities, archived ones too."""
    rows = await session.execute(select(Entity.id, Entity.title).where(Entity.id.in_(ids)))
    return dict(rows.tuples().all())
