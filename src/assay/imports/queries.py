"""Reads of uploaded exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import Import
from assay.imports import sql
from assay.imports.actions import refuse_hidden

MAX_RUNS: Final = 20


@dataclass(frozen=True, slots=True)
class ImportResult:
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


async def outcome(session: AsyncSession, import_id: UUID) -> ImportResult:
    """What came of an import: one statement."""
    found = await session.execute(sql.OUTCOME, {"id": import_id, "most": MAX_RUNS})
    return ImportResult(**found.one()._asdict())
