"""Reads of messages and runs."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Message
from assay.db.models.messages import UNREAD


async def count_unread(session: AsyncSession) -> int:
    """How many messages no run has read yet."""
    return await session.scalar(select(func.count()).select_from(Message).where(UNREAD)) or 0
