"""What comes in, against what is known.

OFFSET 0 lets an index find what is known of each message: a join reads the whole source for each portion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.bulk import as_json

DELETED: Final = "(deleted)"
"""What a message says whose author deleted it. It is marked as nobody's words."""

# Raw: rows as JSON, and in one statement the old version is superseded by the new one.
_ADD_VERSIONS: Final = text("""
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
    RETURNING version, external_id""")

# Raw: the same.
_ADD_DELETIONS: Final = text("""
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
    RETURNING external_id""")

# Raw: rows as JSON.
_COMPARE: Final = text("""
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
    ) AS judged""")


@dataclass(frozen=True, slots=True)
class Compared:
    """How much of an export is new to a source."""

    new: int
    edited: int
    known: int


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
    found = await session.execute(
        _ADD_VERSIONS,
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


async def add_deletions(
    session: AsyncSession, source: str, rows: Sequence[Mapping[str, Any]], *, writer: Actor, at: datetime
) -> list[str]:
    """Gives the messages of these ids a last version without their words, which nobody reads. Returns which had any."""
    found = await session.scalars(
        _ADD_DELETIONS,
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
            until = greatest(known.until, excluded.until), changed_at = now(), looked_up_to = NULL"""),
        given,
    )


async def compare(session: AsyncSession, source: str, messages: Sequence[Mapping[str, Any]]) -> Compared:
    """What `add_versions` would do with these, by `external_id`, `former_id`, `text` and `is_version`."""
    row = await session.execute(
        _COMPARE,
        {"source": source, "rows": as_json(messages)},
    )
    return Compared(*row.one())
