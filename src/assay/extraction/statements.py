"""The set-based statements of this room. Each is one round trip for any number of messages.

Rows of messages are always held in the order of their ids, so that no two transactions wait for each other in a circle.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message
from assay.db.bulk import as_json
from assay.db.models import FINAL_RUN_STATES, RunStatus
from assay.db.models.messages import UNREAD

COLUMNS: Final = """
    m.id, m.source, m.channel, m.author, m.sent_at, m.text, m.is_bot, m.version > 1 AS edited, coalesce((
    SELECT root.id::text FROM messages root
    WHERE root.source = m.source AND root.external_id = m.thread AND root.is_latest), m.thread) AS thread"""


async def add_versions(session: AsyncSession, source: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Stores what is not known yet as the next version of its message. Returns the numbers of the new versions.

    Words that any version of the message has are known, so that reading a file again never undoes an edit.
    """
    found = await session.scalars(
        text("""
        WITH incoming AS (
            SELECT DISTINCT ON (external_id, text) * FROM jsonb_to_recordset(:rows) AS row (
                position int, id uuid, external_id text, channel text, author text, sent_at timestamptz, text text,
                thread text, is_bot boolean)
            ORDER BY external_id, text, position
        ), fresh AS (
            SELECT * FROM incoming i WHERE NOT EXISTS (
                SELECT FROM messages m
                WHERE m.source = :source AND m.external_id = i.external_id AND m.text = i.text)
        ), newest AS (
            SELECT m.id, m.external_id, m.version FROM messages m
            WHERE m.source = :source AND m.is_latest AND m.external_id IN (SELECT external_id FROM fresh)
            ORDER BY m.id FOR NO KEY UPDATE
        ), superseded AS (
            UPDATE messages SET is_latest = false FROM newest WHERE messages.id = newest.id
        )
        INSERT INTO messages
            (id, source, external_id, version, is_latest, channel, author, sent_at, text, thread, is_bot)
        SELECT f.id, :source, f.external_id,
            coalesce(newest.version, 0) + row_number() OVER (PARTITION BY f.external_id ORDER BY f.position),
            row_number() OVER (PARTITION BY f.external_id ORDER BY f.position DESC) = 1,
            f.channel, f.author, f.sent_at, f.text, f.thread, f.is_bot
        FROM fresh f LEFT JOIN newest USING (external_id) ORDER BY f.position
        RETURNING version"""),
        {"source": source, "rows": as_json(rows)},
    )
    return list(found)


async def hold_interrupted_run(session: AsyncSession) -> tuple[UUID, int] | None:
    """The oldest run that is still marked as running, and how often it was resumed."""
    found = await session.execute(
        text("""
        SELECT r.id, (SELECT count(*) FROM audit_log a WHERE a.subject_id = r.id AND a.action = 'extraction.resumed')
        FROM extraction_runs r WHERE r.status = 'running' ORDER BY r.created_at, r.id LIMIT 1 FOR UPDATE OF r""")
    )
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


async def hold_unread(session: AsyncSession, sizes: Sequence[int], most_characters: int) -> list[Message]:
    """The oldest unread messages, those that failed least often first. `sizes`: most of them after 0, 1, 2... failures.

    A first message longer than `most_characters` comes alone.
    """
    found = await session.execute(
        text(f"""
        WITH level AS (SELECT min(failed_reads) AS failed_reads FROM messages WHERE {UNREAD}),
        oldest AS (
            SELECT id, sent_at, length(text) AS characters FROM messages
            WHERE {UNREAD} AND failed_reads = (SELECT failed_reads FROM level) ORDER BY sent_at, id
            LIMIT (SELECT (CAST(:sizes AS int[]))[failed_reads + 1] FROM level)
        ), fitting AS (
            SELECT id, sum(characters) OVER before AS characters, row_number() OVER before AS place
            FROM oldest WINDOW before AS (ORDER BY sent_at, id ROWS UNBOUNDED PRECEDING)
        )
        SELECT {COLUMNS} FROM messages m JOIN fitting f ON f.id = m.id
        WHERE (f.characters <= :most OR f.place = 1) AND m.is_latest AND m.extraction_run_id IS NULL
        ORDER BY m.sent_at, m.id FOR NO KEY UPDATE OF m SKIP LOCKED"""),  # noqa: S608  # our own words
        {"sizes": list(sizes), "most": most_characters},
    )
    return [Message(**row) for row in found.mappings()]


async def assign(session: AsyncSession, run_id: UUID, ids: Sequence[UUID]) -> None:
    await session.execute(
        text("UPDATE messages SET extraction_run_id = :run WHERE id = ANY(:ids)"), {"run": run_id, "ids": list(ids)}
    )


async def assigned(session: AsyncSession, run_id: UUID) -> list[Message]:
    """The messages that a run reads."""
    found = await session.execute(
        text(f"SELECT {COLUMNS} FROM messages m WHERE extraction_run_id = :run ORDER BY sent_at, id"),  # noqa: S608
        {"run": run_id},
    )
    return [Message(**row) for row in found.mappings()]


_HELD: Final = """
    WITH held AS (
        SELECT id FROM messages WHERE extraction_run_id = :run AND read_at IS NULL ORDER BY id FOR NO KEY UPDATE)"""


async def mark_read(session: AsyncSession, run_id: UUID, at: datetime) -> None:
    await session.execute(
        text(f"{_HELD} UPDATE messages SET read_at = :at FROM held WHERE messages.id = held.id"),  # noqa: S608
        {"run": run_id, "at": at},
    )


async def give_back(session: AsyncSession, run_id: UUID, *, failed: bool) -> list[int]:
    """Makes the messages of a run unread again. Returns how often each has failed now."""
    found = await session.scalars(
        text(f"""
        {_HELD}
        UPDATE messages SET extraction_run_id = NULL, failed_reads = failed_reads + :failed
        FROM held WHERE messages.id = held.id RETURNING failed_reads"""),  # noqa: S608
        {"run": run_id, "failed": int(failed)},
    )
    return list(found)


async def change_run(session: AsyncSession, run_id: UUID, among: Sequence[RunStatus], **values: Any) -> bool:
    """Changes a run that is in one of these states, and says whether it was."""
    changes = ", ".join(f"{name} = :{name}" for name in values)
    found = await session.scalar(
        text(f"UPDATE extraction_runs SET {changes} WHERE id = :run AND status = ANY(:among) RETURNING id"),  # noqa: S608
        {"run": run_id, "among": list(among), **values},
    )
    return found is not None


async def known_topics(session: AsyncSession, most: int) -> list[str]:
    """Names of the newest live topics and of the newest that are proposed, each name once."""
    found = await session.scalars(
        text("""
        SELECT DISTINCT ON (title_key) title FROM (
            (SELECT title, title_key FROM entities WHERE kind = 'topic' AND NOT archived
             ORDER BY created_at DESC, id DESC LIMIT :most)
            UNION ALL
            (SELECT title, title_key FROM proposals WHERE kind = 'topic' AND status = 'pending'
             ORDER BY created_at DESC, id DESC LIMIT :most)) AS topics"""),
        {"most": most},
    )
    return list(found)


async def taken_topics(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of the folded names that a live topic or a pending proposal of one has."""
    found = await session.scalars(
        text("""
        SELECT title_key FROM entities WHERE kind = 'topic' AND title_key = ANY(:keys) AND NOT archived
        UNION
        SELECT title_key FROM proposals WHERE kind = 'topic' AND title_key = ANY(:keys) AND status = 'pending'"""),
        {"keys": list(keys)},
    )
    return set(found)


async def delete_empty_runs(session: AsyncSession, older_than: datetime) -> list[dict[str, Any]]:
    """Deletes old runs in a final state that have no proposals. Their messages stay, and stay read."""
    found = await session.execute(
        text("""
        DELETE FROM extraction_runs r
        WHERE r.status = ANY(:final) AND r.created_at < :older_than
            AND NOT EXISTS (SELECT FROM proposals p WHERE p.extraction_run_id = r.id)
        RETURNING r.id, r.status, r.created_at, r.messages_analyzed, r.llm_tokens_used, r.cost_estimate"""),
        {"final": list(FINAL_RUN_STATES), "older_than": older_than},
    )
    return [dict(row) for row in found.mappings()]
