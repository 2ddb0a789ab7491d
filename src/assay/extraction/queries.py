"""Reads of messages and runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import short_ids
from assay.db.models import KnowledgeExtractionRun, Message, RunStatus
from assay.db.models.messages import FAILING, UNREAD
from assay.readers.records import IncomingMessage

_KNOWN_WORDS: Final = text("""
    SELECT asked.place, known.source, known.channel, known.external_id
    FROM unnest(CAST(:moments AS timestamptz[]), CAST(:authors AS text[]), CAST(:digests AS text[]))
        WITH ORDINALITY AS asked (sent_at, author, digest, place)
    CROSS JOIN LATERAL (SELECT * FROM messages m WHERE m.sent_at = asked.sent_at OFFSET 0) AS known
    WHERE known.author = asked.author AND md5(known.text) = asked.digest
    ORDER BY known.source, known.channel""")


async def count_unread(session: AsyncSession) -> int:
    """How many messages no run has read yet."""
    return await session.scalar(select(func.count()).select_from(Message).where(UNREAD)) or 0


async def count_failing(session: AsyncSession) -> int:
    """How many messages could not be read the last time: they are tried again, or wait for a person."""
    return await session.scalar(select(func.count()).select_from(Message).where(FAILING)) or 0


async def listed_messages(
    session: AsyncSession,
    *,
    source: str | None,
    channel: str | None,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> Sequence[Message]:
    """Messages, the newest first; `after` the one sent then."""
    newest = select(Message).order_by(Message.sent_at.desc(), Message.id.desc()).limit(limit)
    for column, value in ((Message.source, source), (Message.channel, channel)):
        if value is not None:
            newest = newest.where(column == value)
    if after is not None:
        newest = newest.where(tuple_(Message.sent_at, Message.id) < tuple_(*after))
    return (await session.scalars(newest)).all()


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The messages of these ids."""
    return {each.id: each for each in await session.scalars(select(Message).where(Message.id.in_(ids)))}


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """Where somebody's words of a moment are known already."""

    source: str
    channel: str
    external_id: str


async def known_words(session: AsyncSession, messages: Sequence[IncomingMessage]) -> list[list[KnownMessage]]:
    """Of each message where its author's words at that moment are known already. An index look-up each."""
    digests = [md5(each.text.encode(), usedforsecurity=False).hexdigest() for each in messages]
    rows = await session.execute(
        _KNOWN_WORDS,
        {
            "moments": [each.sent_at for each in messages],
            "authors": [each.author for each in messages],
            "digests": digests,
        },
    )
    found: list[list[KnownMessage]] = [[] for _ in messages]
    for place, *known in rows:
        found[place - 1].append(KnownMessage(*known))
    return found


async def listed_runs(
    session: AsyncSession, *, status: RunStatus | None, limit: int, after: tuple[datetime, UUID] | None = None
) -> Sequence[KnowledgeExtractionRun]:
    """Runs, the newest first; `after` the one created then."""
    newest = select(KnowledgeExtractionRun).order_by(
        KnowledgeExtractionRun.created_at.desc(), KnowledgeExtractionRun.id.desc()
    )
    if after is not None:
        newest = newest.where(tuple_(KnowledgeExtractionRun.created_at, KnowledgeExtractionRun.id) < tuple_(*after))
    wanted = newest if status is None else newest.where(KnowledgeExtractionRun.status == status)
    return (await session.scalars(wanted.limit(limit))).all()


async def run(session: AsyncSession, part: str) -> KnowledgeExtractionRun:
    """The run whose id is, or ends in, what a person typed. Raises NotFound or InvalidInput."""
    [run_id] = await short_ids.full_ids(session, "extraction_runs", [part])
    return await session.get_one(KnowledgeExtractionRun, run_id)
