"""Reads of uploaded exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import Import
from assay.imports.actions import refuse_hidden

MAX_RUNS: Final = 20

_OUTCOME: Final = text("""
    WITH mine AS (SELECT id, extraction_run_id, read_at, is_latest FROM messages WHERE import_id = :id),
    claims AS (
        SELECT p.kind, p.created_entity_id IS NOT NULL AS is_knowledge FROM proposals p
        WHERE EXISTS (SELECT FROM evidence e WHERE e.proposal_id = p.id AND e.message_id IN (SELECT id FROM mine)))
    SELECT (SELECT count(*) FROM mine WHERE read_at IS NULL AND is_latest) AS unread,
        (SELECT coalesce(array_agg(run ORDER BY run DESC), '{}') FROM (
            SELECT DISTINCT extraction_run_id AS run FROM mine
            WHERE extraction_run_id IS NOT NULL ORDER BY 1 DESC LIMIT :most) AS newest) AS runs,
        count(*) FILTER (WHERE kind = 'topic') AS topic_proposals,
        count(*) FILTER (WHERE kind = 'atom') AS atom_proposals,
        count(*) FILTER (WHERE kind = 'topic' AND is_knowledge) AS topics,
        count(*) FILTER (WHERE kind = 'atom' AND is_knowledge) AS atoms
    FROM claims""")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has come so far of the messages of an import."""

    unread: int
    """Messages that no extraction has read yet: the figures grow until it is 0."""
    runs: Sequence[UUID]
    """The extractions that read them, the newest first."""
    topic_proposals: int
    atom_proposals: int
    topics: int
    """Of these proposals, approved."""
    atoms: int


async def get(session: AsyncSession, import_id: UUID, *, actor: Actor) -> Import:
    """Raises NotFound, also for that of somebody else."""
    return refuse_hidden(await session.get(Import, import_id, populate_existing=True), import_id, actor)


async def listed(session: AsyncSession, *, actor: Actor, after: UUID | None = None, limit: int) -> Sequence[Import]:
    """One's own imports, an admin's all, the newest first; `after` this one."""
    newest = select(Import).order_by(Import.id.desc()).limit(limit)
    if not actor.is_admin:
        newest = newest.where(Import.created_by_user_id == actor.user_id)
    if after is not None:
        newest = newest.where(Import.id < after)
    return (await session.scalars(newest)).all()


async def outcome(session: AsyncSession, import_id: UUID) -> Outcome:
    """What came of an import: one statement."""
    found = await session.execute(_OUTCOME, {"id": import_id, "most": MAX_RUNS})
    return Outcome(**found.one()._asdict())
