"""The messages that a run reads, and what became of them.

Rows of messages are always held in the order of their ids, so that no two transactions wait for each other in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message
from assay.db import models
from assay.db.bulk import as_json
from assay.db.models.messages import UNREAD
from assay.readers.quotes import in_own_words

COLUMNS: Final = """
    m.id, m.source, m.channel, m.author, m.sent_at, m.text, m.is_bot, m.version > 1 AS edited, m.quoted, coalesce((
    SELECT root.id::text FROM messages root
    WHERE root.source = m.source AND root.external_id = m.thread AND root.is_latest), m.thread) AS thread"""


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of a run, and how often they could not be read so far."""

    messages: Sequence[Message]
    failures: int


async def hold_unread(session: AsyncSession, most: int, most_characters: int) -> Held:
    """The oldest unread messages, those that failed least often first.

    A first message longer than `most_characters` comes alone.
    """
    # Raw: a running sum over a CTE.
    found = await session.execute(
        text(f"""
        WITH level AS (SELECT min(failed_reads) AS failed_reads FROM messages WHERE {UNREAD}),
        oldest AS (
            SELECT id, sent_at, length(text) AS characters FROM messages
            WHERE {UNREAD} AND failed_reads = (SELECT failed_reads FROM level) ORDER BY sent_at, id LIMIT :most
        ), fitting AS (
            SELECT id, sum(characters) OVER before AS characters, row_number() OVER before AS place
            FROM oldest WINDOW before AS (ORDER BY sent_at, id ROWS UNBOUNDED PRECEDING)
        )
        SELECT {COLUMNS}, m.failed_reads FROM messages m JOIN fitting f ON f.id = m.id
        WHERE (f.characters <= :most_characters OR f.place = 1) AND m.is_latest AND m.extraction_run_id IS NULL
        ORDER BY m.sent_at, m.id FOR NO KEY UPDATE OF m SKIP LOCKED"""),
        {"most": most, "most_characters": most_characters},
    )
    return _held(found.mappings())


async def assign(session: AsyncSession, run_id: UUID, ids: Sequence[UUID]) -> None:
    taken = models.StoredMessage.id.in_(ids)
    await session.execute(update(models.StoredMessage).where(taken).values(extraction_run_id=run_id))


async def assigned(session: AsyncSession, run_id: UUID) -> Held:
    """The messages that a run has not read yet."""
    # Raw: the columns that the other reads of messages share.
    found = await session.execute(
        text(f"""
        SELECT {COLUMNS}, m.failed_reads FROM messages m
        WHERE extraction_run_id = :run AND read_at IS NULL ORDER BY sent_at, id"""),
        {"run": run_id},
    )
    return _held(found.mappings())


Place = tuple[int, datetime, UUID]
"""Of an unread message in the order of reading."""


async def unread(session: AsyncSession, after: Place | None, most: int) -> tuple[list[Message], Place | None]:
    """The unread messages in the order of reading, a page of them, and the place of the last. Holds nothing."""
    # Raw: the columns that the other reads of messages share.
    found = await session.execute(
        text(f"""
        SELECT {COLUMNS}, m.failed_reads FROM messages m WHERE {UNREAD}
            AND (CAST(:id AS uuid) IS NULL OR (failed_reads, sent_at, id) > (:failures, :sent_at, :id))
        ORDER BY failed_reads, sent_at, id LIMIT :most"""),
        {**dict(zip(("failures", "sent_at", "id"), after or (0, None, None), strict=True)), "most": most},
    )
    rows = [dict(row) for row in found.mappings()]
    places = [(row.pop("failed_reads"), row["sent_at"], row["id"]) for row in rows]
    return [message_of(row) for row in rows], places[-1] if len(places) == most else None


def message_of(row: Mapping[Any, Any]) -> Message:
    """A message for a reader of the AI room: blanks stand where its author passes on somebody else's words."""
    fields = {name: value for name, value in row.items() if name not in ("quoted", "text")}
    return Message(**fields, text=in_own_words(row["text"], row["quoted"]))


def _held(rows: Iterable[RowMapping]) -> Held:
    plain = [dict(row) for row in rows]
    failures = max((row.pop("failed_reads") for row in plain), default=0)
    return Held([message_of(row) for row in plain], failures)


async def neighbours(
    session: AsyncSession, run_id: UUID, edges: Sequence[Mapping[str, UUID]], *, before: int, after: int
) -> list[Message]:
    """What was said in the same channel or thread shortly before the first and after the last message of each pair,
    and the message that began the thread. Messages of the run itself are left out."""
    beside = f"""
        SELECT {COLUMNS} FROM messages m
        WHERE m.source = edge.source AND m.channel = edge.channel AND m.thread IS NOT DISTINCT FROM edge.thread
            AND m.is_latest AND m.extraction_run_id IS DISTINCT FROM :run"""
    # Raw: LATERAL.
    found = await session.execute(
        text(f"""
        WITH edge AS (
            SELECT f.source, f.channel, f.thread, f.sent_at AS began, f.id AS first, l.sent_at AS ended, l.id AS last
            FROM jsonb_to_recordset(:edges) AS e (first uuid, last uuid)
            JOIN messages f ON f.id = e.first JOIN messages l ON l.id = e.last)
        SELECT DISTINCT ON (near.id) near.* FROM edge CROSS JOIN LATERAL (
            ({beside} AND (m.sent_at, m.id) < (edge.began, edge.first)
                AND (edge.thread IS NOT NULL OR m.sent_at > edge.began - interval '6 hours')
             ORDER BY m.sent_at DESC, m.id DESC LIMIT :before)
            UNION ALL
            ({beside} AND (m.sent_at, m.id) > (edge.ended, edge.last)
                AND (edge.thread IS NOT NULL OR m.sent_at < edge.ended + interval '6 hours')
             ORDER BY m.sent_at, m.id LIMIT :after)
            UNION ALL
            SELECT {COLUMNS} FROM messages m
            WHERE m.source = edge.source AND m.external_id = edge.thread AND m.is_latest
                AND m.extraction_run_id IS DISTINCT FROM :run) AS near"""),
        {"run": run_id, "edges": as_json(edges), "before": before, "after": after},
    )
    return [message_of(row) for row in found.mappings()]


_UNREAD_OF_RUN: Final = """
    WITH held AS (
        SELECT id FROM messages
        WHERE extraction_run_id = :run AND read_at IS NULL AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY(:ids))
        ORDER BY id FOR NO KEY UPDATE)"""


async def mark_read(session: AsyncSession, run_id: UUID, ids: Sequence[UUID], at: datetime) -> None:
    """Notes on each message when it was read, by which extractor, and with which version of its prompt."""
    # Raw: a CTE holds the rows in the order of their ids.
    await session.execute(
        text(f"""
        {_UNREAD_OF_RUN}
        UPDATE messages SET read_at = :at, read_by = run.extractor, read_prompt = run.prompt_version
        FROM held, extraction_runs run WHERE messages.id = held.id AND run.id = :run"""),
        {"run": run_id, "ids": list(ids), "at": at},
    )


async def give_back(session: AsyncSession, run_id: UUID, ids: Sequence[UUID] | None, *, failed: bool) -> list[int]:
    """Makes these messages of a run, or all it has not read, unread again. Returns how often each has failed now."""
    # Raw: a CTE holds the rows in the order of their ids.
    found = await session.scalars(
        text(f"""
        {_UNREAD_OF_RUN}
        UPDATE messages SET extraction_run_id = NULL, failed_reads = failed_reads + :failed
        FROM held WHERE messages.id = held.id RETURNING failed_reads"""),
        {"run": run_id, "ids": None if ids is None else list(ids), "failed": int(failed)},
    )
    return list(found)


async def count_in(session: AsyncSession, run_id: UUID, dropped: Mapping[str, int], **counts: float) -> bool:
    """Adds to the counts of a run that is running, and says whether it is."""
    sums = ", ".join(f"{name} = {name} + :{name}" for name in counts)
    # Raw: rows of jsonb are added up.
    found = await session.scalar(
        text(f"""
        UPDATE extraction_runs SET {sums}, dropped = (
            SELECT coalesce(jsonb_object_agg(key, count), '{{}}') FROM (
                SELECT key, sum(CAST(value AS bigint)) AS count FROM (
                    SELECT * FROM jsonb_each_text(dropped) UNION ALL SELECT * FROM jsonb_each_text(:more)) AS each
                GROUP BY key) AS total)
        WHERE id = :run AND status = 'running' RETURNING id"""),
        {"run": run_id, "more": as_json(dropped), **counts},
    )
    return found is not None
