"""Recording changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.models import AuditEntry
from assay.messaging.events import Event, Severity
from assay.messaging.requests import request_followers


@dataclass(frozen=True, slots=True)
class Record:
    """One change: what happened, to what, and what undoes it. With an event it is also announced."""

    action: str
    subject_id: UUID | None = None
    entity_type: str | None = None
    event: Event | None = None
    severity: Severity | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    inverse: dict[str, Any] | None = None

    @classmethod
    def of(cls, event: Event, **rest: Any) -> "Record":  # the fields above
        return cls(action=event.type, event=event, **rest)


async def record(session: AsyncSession, actor: Actor, records: Sequence[Record]) -> None:
    """Writes the entries in the transaction of the change itself: both happen or neither.

    The jobs that follow such changes are asked for with them.
    """
    at = now()
    await insert_rows(
        session,
        AuditEntry,
        [
            {
                "at": at,
                "actor_user_id": actor.user_id,
                "action": entry.action,
                "entity_type": entry.entity_type,
                "subject_id": entry.subject_id,
                "channel": entry.event and entry.event.channel,
                "severity": entry.severity,
                "data": entry.event.data() if entry.event else {},
                "detail": entry.detail,
                "inverse": entry.inverse,
            }
            for entry in records
        ],
    )
    await request_followers(session, (entry.action for entry in records))
