"""The statements that SQL says better. Each is one round trip for any number of messages.

Rows of messages are always held in the order of their ids, so that no two transactions wait for each other in a circle.
OFFSET 0 lets an index find what is known of each message: a join reads the whole source for each portion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message
from assay.audit.actor import Actor
from assay.db import models
from assay.db.bulk import as_json
from assay.db.models.messages import UNREAD
from assay.readers.quoted import in_own_words

COLUMNS: Final = """
    m.id, m.source, m.channel, m.author, m.sent_at, m.text, m.is_bot, m.version > 1 AS edited, m.quoted, coalesce((
    SELECT root.id::text FROM messages root
    WHERE root.source = m.source AND root.external_id = m.thread AND root.is_latest), m.thread) AS thread"""

# Raw: an index look-up for each row of three arrays, by LATERAL.
KNOWN_WORDS: Final = text("""
    SELECT asked.place, known.source, known.channel, known.external_id
    FROM unnest(CAST(:moments AS timestamptz[]), CAST(:authors AS text[]), CAST(:digests AS text[]))
        WITH ORDINALITY AS asked (sent_at, author, digest, place)
    CROSS JOIN LATERAL (SELECT * FROM messages m WHERE m.sent_at = asked.sent_at OFFSET 0) AS known
    WHERE known.author = asked.author AND md5(known.text) = asked.digest
    ORDER BY known.source, known.channel""")


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of a run, and how often they could not be read so far."""

    messages: Sequence[Message]
    failures: int


async def add_versions(
    session: AsyncSession,
    source: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    writer: Actor,
    import_id: UUID | None = None,
) -> list[tuple[int, str]]:
    """Stores what is not known yet as the next version of its message. Returns the new versions, number and id.

    Words that any version of the message has are known, so that reading a file again never undoes an edit; and so are
    words that are older than those of its last edit, so that it does not matter which of them comes first.
    """
    # Raw: rows as JSON, and in one statement the old version is superseded by the new one.
    found = await session.execute(
        text("""
        WITH incoming AS (
            SELECT DISTINCT ON (external_id, text) * FROM jsonb_to_recordset(:rows) AS row (
                position int, id uuid, external_id text, former_id text, channel text, author text, author_id text,
                sent_at timestamptz, edited_at timestamptz, text text, thread text, is_bot boolean, quoted jsonb,
                forwarded_from text, permalink text, reactions jsonb)
            ORDER BY external_id, text, position
        ), fresh AS (
            SELECT * FROM incoming i WHERE NOT EXISTS (
                SELECT FROM (SELECT * FROM messages m WHERE m.source = :source
                    AND m.external_id IN (i.external_id, i.former_id) OFFSET 0) AS m
                WHERE m.text = i.text OR m.is_latest AND m.edited_at > coalesce(i.edited_at, '-infinity'))
        ), person AS (
            SELECT each.author_id, coalesce(first.author, each.author) AS author
            FROM (SELECT DISTINCT ON (author_id) author_id, author FROM fresh
                  WHERE author_id IS NOT NULL ORDER BY author_id, position) AS each
            LEFT JOIN LATERAL (
                SELECT m.author FROM messages m WHERE m.source = :source AND m.author_id = each.author_id
                ORDER BY m.ingested_at LIMIT 1) AS first ON true
        ), newest AS (
            SELECT m.id, m.external_id, m.version FROM messages m
            WHERE m.id = ANY(ARRAY(
                SELECT known.id FROM (SELECT DISTINCT external_id FROM fresh) AS f CROSS JOIN LATERAL (
                    SELECT id, is_latest FROM messages
                    WHERE source = :source AND external_id = f.external_id OFFSET 0) AS known
                WHERE known.is_latest))
            ORDER BY m.id FOR NO KEY UPDATE
        ), superseded AS (
            UPDATE messages SET is_latest = false FROM newest WHERE messages.id = newest.id
        )
        INSERT INTO messages
            (id, source, external_id, version, is_latest, channel, author, sent_at, text, thread, is_bot,
             author_id, edited_at, quoted, forwarded_from, permalink, reactions,
             written_by_user_id, written_via, written_by_token_id, import_id)
        SELECT f.id, :source, f.external_id,
            coalesce(newest.version, 0) + row_number() OVER (PARTITION BY f.external_id ORDER BY f.position),
            row_number() OVER (PARTITION BY f.external_id ORDER BY f.position DESC) = 1,
            f.channel, coalesce(person.author, f.author), f.sent_at, f.text, f.thread, f.is_bot,
            f.author_id, f.edited_at, f.quoted, f.forwarded_from, f.permalink, f.reactions,
            :user, :via, CAST(:token AS uuid), CAST(:import AS uuid)
        FROM fresh f LEFT JOIN newest USING (external_id) LEFT JOIN person USING (author_id) ORDER BY f.position
        RETURNING version, external_id"""),
        {
            "source": source,
            "rows": as_json(rows),
            "user": writer.user_id,
            "via": writer.via,
            "token": writer.token_id,
            "import": import_id,
        },
    )
    return list(found.tuples())


DELETED: Final = "(deleted)"
"""What a message says whose author deleted it. It is marked as nobody's words."""


async def add_deletions(
    session: AsyncSession, source: str, rows: Sequence[Mapping[str, Any]], *, writer: Actor, at: datetime
) -> list[str]:
    """Gives the messages of these ids a last version without their words, which nobody reads. Returns which had any."""
    found = await session.scalars(
        text("""
        WITH gone AS (
            SELECT * FROM jsonb_to_recordset(:rows) AS row (id uuid, external_id text)
        ), newest AS (
            SELECT m.* FROM messages m WHERE m.is_latest AND m.text <> :words AND m.id = ANY(ARRAY(
                SELECT known.id FROM gone CROSS JOIN LATERAL (
                    SELECT id FROM messages
                    WHERE source = :source AND external_id = gone.external_id OFFSET 0) AS known))
            ORDER BY m.id FOR NO KEY UPDATE
        ), superseded AS (
            UPDATE messages SET is_latest = false FROM newest WHERE messages.id = newest.id
        )
        INSERT INTO messages (id, source, external_id, version, is_latest, channel, author, sent_at, text, thread,
            is_bot, author_id, edited_at, quoted, read_at, written_by_user_id, written_via, written_by_token_id)
        SELECT gone.id, source, external_id, version + 1, true, channel, author, sent_at, :words, thread,
            is_bot, author_id, :at, jsonb_build_array(jsonb_build_array(0, length(:words))), now(),
            :user, :via, CAST(:token AS uuid)
        FROM newest JOIN gone USING (external_id)
        RETURNING external_id"""),
        {
            "source": source,
            "rows": as_json(rows),
            "words": DELETED,
            "at": at,
            "user": writer.user_id,
            "via": writer.via,
            "token": writer.token_id,
        },
    )
    return list(found)


async def note_changed(session: AsyncSession, condition: str, **given: Any) -> None:
    """Keeps where messages came in, changed or go, so that what the machine approved there is looked at again.

    `condition`: which of the messages `m`, in SQL, about what is `given`. Every version of them counts.
    """
    # Raw: an upsert from a set.
    await session.execute(
        text(f"""
        INSERT INTO changed_talks AS known (source, channel, since, until)
        SELECT m.source, m.channel, min(m.sent_at), max(m.sent_at) FROM messages m WHERE {condition}
        GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (source, channel) DO UPDATE SET since = least(known.since, excluded.since),
            until = greatest(known.until, excluded.until), changed_at = now(), looked_up_to = NULL"""),  # noqa: S608
        given,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """How much of an export is new to a source."""

    new: int
    edited: int
    known: int


async def compare(session: AsyncSession, source: str, messages: Sequence[Mapping[str, Any]]) -> Compared:
    """What `add_versions` would do with these, by `external_id`, `former_id`, `text` and `is_version`."""
    # Raw: rows as JSON.
    row = await session.execute(
        text("""
        SELECT count(*) FILTER (WHERE NOT is_known AND NOT has_id), count(*) FILTER (WHERE NOT is_known AND has_id),
            count(*) FILTER (WHERE is_known)
        FROM (
            SELECT i.is_version OR EXISTS (
                    SELECT FROM (SELECT FROM messages WHERE source = :source
                        AND external_id = i.external_id OFFSET 0) AS m) AS has_id,
                EXISTS (SELECT FROM (SELECT * FROM messages WHERE source = :source
                        AND external_id IN (i.external_id, i.former_id) OFFSET 0) AS m
                    WHERE md5(m.text) = i.digest
                        OR m.is_latest AND m.edited_at > coalesce(i.edited_at, '-infinity')) AS is_known
            FROM jsonb_to_recordset(:rows) AS i (
                external_id text, former_id text, digest text, is_version boolean, edited_at timestamptz)
        ) AS judged"""),
        {"source": source, "rows": as_json(messages)},
    )
    return Compared(*row.one())


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
        ORDER BY m.sent_at, m.id FOR NO KEY UPDATE OF m SKIP LOCKED"""),  # noqa: S608  # our own words
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
        WHERE extraction_run_id = :run AND read_at IS NULL ORDER BY sent_at, id"""),  # noqa: S608  # our own words
        {"run": run_id},
    )
    return _held(found.mappings())


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
            AND m.is_latest AND m.extraction_run_id IS DISTINCT FROM :run"""  # noqa: S608  # our own words
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
                AND m.extraction_run_id IS DISTINCT FROM :run) AS near"""),  # noqa: S608  # our own words
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
        FROM held, extraction_runs run WHERE messages.id = held.id AND run.id = :run"""),  # noqa: S608
        {"run": run_id, "ids": list(ids), "at": at},
    )


async def give_back(session: AsyncSession, run_id: UUID, ids: Sequence[UUID] | None, *, failed: bool) -> list[int]:
    """Makes these messages of a run, or all it has not read, unread again. Returns how often each has failed now."""
    # Raw: a CTE holds the rows in the order of their ids.
    found = await session.scalars(
        text(f"""
        {_UNREAD_OF_RUN}
        UPDATE messages SET extraction_run_id = NULL, failed_reads = failed_reads + :failed
        FROM held WHERE messages.id = held.id RETURNING failed_reads"""),  # noqa: S608
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
        WHERE id = :run AND status = 'running' RETURNING id"""),  # noqa: S608  # our own names
        {"run": run_id, "more": as_json(dropped), **counts},
    )
    return found is not None
