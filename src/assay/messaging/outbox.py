"""The events in the order of their publication. PostgreSQL is the truth about them; the broker only hurries them on.

The order is given when an event is published and not when its row is written, for a row of a lower id may be
committed later. What is committed is numbered by whoever holds the lock, without a gap; so a reader that has seen
number n and sees n + 2 knows that it missed one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import Row, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import MAX_AGED_OUT, now
from assay.db.locks import try_until_commit
from assay.db.models import OutboxEntry

NOTIFICATIONS: Final = "outbox"
"""The channel on which the trigger that fills the outbox tells of it."""

POSITION: Final = "position"
"""The type of the first frame of a connection: no event, but where the client begins."""

_EVENT: Final = "a.channel, a.action, a.entity_type, a.data, a.severity, a.at"


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as clients get it."""

    id: int
    channel: str
    at: datetime
    """When the change was recorded."""
    json: bytes

    @classmethod
    def of_position(cls, position: int) -> "Frame":
        """What tells a client from where to go on, should the connection break before the first event."""
        empty: dict[str, Any] = {"channel": None, "type": POSITION, "entity_type": None, "data": {}}
        return cls(position, POSITION, at := now(), to_json({"id": position, **empty, "timestamp": at}))

    @classmethod
    def read(cls, json: bytes) -> "Frame":
        document = from_json(json)
        return cls(document["id"], document["channel"], datetime.fromisoformat(document["timestamp"]), json)


async def publish(session: AsyncSession, *, limit: int) -> list[Frame] | None:
    """Numbers the next committed events. Returns None where another process is doing so at this moment."""
    if not await try_until_commit(session, NOTIFICATIONS):
        return None
    rows = await session.execute(
        text(f"""
        WITH head AS (
            SELECT coalesce(max(sequence), 0) AS sequence FROM outbox
        ), due AS (
            SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS place
            FROM (SELECT entry_id FROM outbox WHERE sequence IS NULL ORDER BY entry_id LIMIT :limit) AS waiting
        ), numbered AS (
            UPDATE outbox o SET sequence = head.sequence + due.place, published_at = now()
            FROM due, head WHERE o.entry_id = due.entry_id
            RETURNING o.entry_id, o.sequence
        )
        SELECT n.sequence, {_EVENT} FROM numbered n JOIN audit_log a ON a.id = n.entry_id ORDER BY n.sequence"""),  # noqa: S608  # our own column names
        {"limit": limit},
    )
    return [_frame(row) for row in rows]


async def bounds(session: AsyncSession) -> tuple[int, int]:
    """The ids of the oldest event that is kept and of the newest one; 0 where there is none yet."""
    found = await session.execute(select(func.min(OutboxEntry.sequence), func.max(OutboxEntry.sequence)))
    oldest, newest = found.tuples().one()
    return oldest or 0, newest or 0


async def published(
    session: AsyncSession, *, after: int, until: int | None = None, channels: Collection[str] | None = None, limit: int
) -> list[Frame]:
    """The events with these ids, of these channels or of all, in order."""
    rows = await session.execute(
        text(f"""
        SELECT o.sequence, {_EVENT} FROM outbox o JOIN audit_log a ON a.id = o.entry_id
        WHERE o.sequence > :after AND o.sequence <= coalesce(:until, 9223372036854775807)
            AND (CAST(:channels AS text[]) IS NULL OR a.channel = ANY(:channels))
        ORDER BY o.sequence LIMIT :limit"""),  # noqa: S608  # our own column names
        {"after": after, "until": until, "channels": channels and list(channels), "limit": limit},
    )
    return [_frame(row) for row in rows]


async def is_behind(session: AsyncSession) -> bool:
    """Whether events are committed that no relay has numbered yet."""
    return bool(await session.scalar(select(exists().where(OutboxEntry.sequence.is_(None)))))


async def prune(session: AsyncSession, *, before: datetime) -> int:
    """Forgets the order of what was published before, a day of it at a time. The trail stays.

    The newest is kept: numbers go on from it.
    """
    gone = await session.execute(
        text("""
        DELETE FROM outbox WHERE sequence < (SELECT max(sequence) FROM outbox) AND published_at < least(:before,
            (SELECT published_at FROM outbox WHERE sequence IS NOT NULL ORDER BY sequence LIMIT 1) + :at_once)"""),
        {"before": before, "at_once": MAX_AGED_OUT},
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has one


async def identity(session: AsyncSession) -> str:
    """What tells this database from every other one that may share a broker with it."""
    found = await session.scalar(
        text("""
        SELECT md5(system_identifier || '/' || oid) FROM pg_control_system(), pg_database
        WHERE datname = current_database()""")
    )
    return str(found)


def _frame(row: Row[Any]) -> Frame:
    document = {
        "id": row.sequence,
        "channel": row.channel,
        "type": row.action,
        "entity_type": row.entity_type,
        "data": row.data,
        "timestamp": row.at,
    }
    if row.severity:
        document["severity"] = row.severity
    return Frame(row.sequence, row.channel, row.at, to_json(document))
