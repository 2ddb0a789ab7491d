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
from sqlalchemy import DateTime, Row, delete, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import MAX_AGED_OUT, now
from assay.db.bulk import among
from assay.db.locks import try_until_commit
from assay.db.models import AuditEntry, OutboxEntry
from assay.messaging import sql

NOTIFICATIONS: Final = "outbox"
"""The channel on which the trigger that fills the outbox tells of it."""

POSITION: Final = "position"
"""The type of the first frame of a connection: no event, but where the client begins."""

_EVENT: Final = (
    *(AuditEntry.channel, AuditEntry.action, AuditEntry.entity_type),
    *(AuditEntry.data, AuditEntry.severity, AuditEntry.at),
)


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
    rows = await session.execute(sql.PUBLISH, {"limit": limit})
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
    wanted = (
        select(OutboxEntry.sequence, *_EVENT)
        .join(AuditEntry, AuditEntry.id == OutboxEntry.entry_id)
        .where(OutboxEntry.sequence > after)
        .order_by(OutboxEntry.sequence)
        .limit(limit)
    )
    if until is not None:
        wanted = wanted.where(OutboxEntry.sequence <= until)
    if channels is not None:
        wanted = wanted.where(among(AuditEntry.channel, channels))
    return [_frame(row) for row in await session.execute(wanted)]


async def is_behind(session: AsyncSession) -> bool:
    """Whether events are committed that no relay has numbered yet."""
    return bool(await session.scalar(select(exists().where(OutboxEntry.sequence.is_(None)))))


async def prune(session: AsyncSession, *, before: datetime) -> int:
    """Forgets the order of what was published before, a day of it at a time. The trail stays.

    The newest is kept: numbers go on from it.
    """
    numbered = OutboxEntry.sequence.is_not(None)
    newest = select(func.max(OutboxEntry.sequence)).scalar_subquery()
    oldest = select(OutboxEntry.published_at).where(numbered).order_by(OutboxEntry.sequence).limit(1).scalar_subquery()
    gone = await session.execute(
        delete(OutboxEntry)
        .where(
            OutboxEntry.sequence < newest,
            OutboxEntry.published_at < func.least(literal(before, DateTime(timezone=True)), oldest + MAX_AGED_OUT),
        )
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has one


async def identity(session: AsyncSession) -> str:
    """What tells this database from every other one that may share a broker with it."""
    return str(await session.scalar(sql.IDENTITY))


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
