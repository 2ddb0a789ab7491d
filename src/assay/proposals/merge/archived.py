"""How entities ended: merged into others, or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

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
    rows = await session.execute(
        text("""
        SELECT e.id, e.title, target.id AS into_id, target.title AS into_title, u.name AS by, m.merged_at AS at
        FROM entities e
        JOIN entities target ON target.id = e.merged_into_entity_id
        JOIN merges m ON m.source_id = e.id AND m.of_entity AND m.undone_at IS NULL
        JOIN users u ON u.id = m.merged_by_user_id
        WHERE e.id = :id OR e.merged_into_entity_id = :id ORDER BY m.id"""),
        {"id": entity_id},
    )
    return [MergedEntity(**row) for row in rows.mappings()]


async def how_archived(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Who merged or withdrew these entities, and when; nothing of live ones."""
    rows = await session.execute(
        text("""
        SELECT e.id, u.name, CASE WHEN m.id IS NULL THEN 'reverted' ELSE 'merge' END,
            coalesce(m.merged_at, withdrawn.changed_at)
        FROM entities e
        LEFT JOIN merges m ON m.source_id = e.id AND m.of_entity AND m.undone_at IS NULL
        LEFT JOIN LATERAL (
            SELECT r.changed_by_user_id, r.changed_at FROM entity_revisions r
            WHERE r.entity_id = e.id AND r.change_type = 'reverted' ORDER BY r.number DESC LIMIT 1
        ) AS withdrawn ON true
        JOIN users u ON u.id = coalesce(m.merged_by_user_id, withdrawn.changed_by_user_id)
        WHERE e.id = ANY(:ids) AND e.archived"""),
        {"ids": list(ids)},
    )
    return {entity_id: Decision(by, action, at) for entity_id, by, action, at in rows}
