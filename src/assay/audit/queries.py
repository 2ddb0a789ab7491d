"""Reads of the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import AuditEntry, User

BACKUP_MADE: Final = "backup.made"


async def last_backup(session: AsyncSession) -> datetime | None:
    """When the newest backup was whole; None where the trail knows of none."""
    newest = select(AuditEntry.at).where(AuditEntry.action == BACKUP_MADE).order_by(AuditEntry.id.desc()).limit(1)
    return await session.scalar(newest)


async def entries(
    session: AsyncSession,
    *,
    action: str | None = None,
    subject_id: UUID | None = None,
    actor_user_id: int | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Entries with the names of their actors, the newest first. `before`: older than this one."""
    hidden = {"inverse", "published_at"}
    columns = [column for column in AuditEntry.__table__.columns if column.name not in hidden]
    query = (
        select(*columns, User.name.label("actor"))
        .join(User, User.id == AuditEntry.actor_user_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    for column, value in (
        (AuditEntry.action, action),
        (AuditEntry.subject_id, subject_id),
        (AuditEntry.actor_user_id, actor_user_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return (await session.execute(query)).mappings().all()
