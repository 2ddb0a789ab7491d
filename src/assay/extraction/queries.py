"""Reads of messages and runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import short_ids
from assay.db.headlines import headline_options
from assay.db.models import KnowledgeExtractionRun, RunStatus, StoredMessage
from assay.db.models.messages import FAILING, UNREAD
from assay.extraction.sql import lookups as sql
from assay.readers.records import IncomingMessage


async def count_unread(session: AsyncSession) -> int:
    """How many messages no run has read yet."""
    return await session.scalar(select(func.count()).select_from(StoredMessage).where(UNREAD)) or 0


async def count_failing(session: AsyncSession) -> int:
    """How many messages could not be read the last time: they are tried again, or wait for a person."""
    return await session.scalar(select(func.count()).select_from(StoredMessage).where(FAILING)) or 0


async def listed_messages(
    session: AsyncSession,
    *,
    source: str | None,
    channel: str | None,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> Sequence[StoredMessage]:
    """Messages, newest first; `after` the one sent then."""
    newest = select(StoredMessage).order_by(StoredMessage.sent_at.desc(), StoredMessage.id.desc()).limit(limit)
    for column, value in ((StoredMessage.source, source), (StoredMessage.channel, channel)):
        if value is not None:
            newest = newest.where(column == value)
    if after is not None:
        newest = newest.where(tuple_(StoredMessage.sent_at, StoredMessage.id) < tuple_(*after))
    return (await session.scalars(newest)).all()


PATIENCE: Final = "10s"


async def found_messages(
    session: AsyncSession,
    words: str,
    *,
    source: str | None,
    channel: str | None,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[tuple[StoredMessage, str]]:
    """The latest versions of messages that hold these words, newest first, each with its marked headline."""
    await session.execute(select(func.set_config("statement_timeout", PATIENCE, True)))
    rows = await session.execute(
        sql.FOUND,
        {
            "words": words,
            "source": source,
            "channel": channel,
            "limit": limit,
            "at": after and after[0],
            "after": after and after[1],
            **headline_options(MaxFragments=2, MaxWords=30, MinWords=10),
        },
    )
    headlines: dict[UUID, str] = dict(rows.tuples().all())
    messages = await by_id(session, list(headlines))
    return [(messages[each], headline) for each, headline in headlines.items()]


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, StoredMessage]:
    """The messages of these ids."""
    return {each.id: each for each in await session.scalars(select(StoredMessage).where(StoredMessage.id.in_(ids)))}


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
        sql.KNOWN_WORDS,
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
    """Runs, newest first; `after` the one created then."""
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
