"""What goes out, in the database: planned once for each receiver, taken by one process at a time, settled.

The audit log is the outbox. A notification without a row here was not planned yet, whatever its id, for ids are not
in the order of the commits.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.alerts.notice import Notice
from assay.alerts.rules import PAUSES, PastAlert, next_pause, worth_telling
from assay.clock import now
from assay.db.locks import hold_until_commit
from assay.db.models import AlertDelivery, AuditEntry, DeliveryState
from assay.messaging.events import Severity

ALERTS: Final = "alerts"
LOOKED_BACK: Final = timedelta(days=1)
"""What is older is no news: it is not told when a receiver is named for the first time."""
KEPT: Final = timedelta(days=30)
PORTION: Final = 500
LEASE: Final = timedelta(minutes=1)
"""How long one process may take for an attempt, before another makes it."""

_UNPLANNED: Final = text("""
    SELECT a.id, a.action, a.at, a.severity, a.data FROM audit_log a
    WHERE a.channel = 'system_notifications' AND a.at > :since
        AND (a.severity = ANY(:severities) OR a.action = 'job.recovered')
        AND NOT EXISTS (SELECT FROM alert_deliveries d WHERE d.audit_id = a.id AND d.receiver = :receiver)
    ORDER BY a.id LIMIT :limit""")
_TAKE: Final = text("""
    UPDATE alert_deliveries SET attempts = attempts + 1, due_at = :lease WHERE id = (
        SELECT d.id FROM alert_deliveries d
        WHERE d.receiver = :receiver AND d.state = 'pending'
            AND (d.due_at <= :now OR d.due_at > :latest) AND NOT EXISTS (
            SELECT FROM alert_deliveries before WHERE before.receiver = d.receiver AND before.state = 'pending'
                AND before.subject = d.subject AND before.id < d.id)
        ORDER BY d.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, audit_id, attempts""")


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that this process is to make now. `attempts` counts this one."""

    id: int
    attempts: int
    notice: Notice


async def plan(session: AsyncSession, receiver: str, severities: Sequence[Severity]) -> int:
    """Decides of each new notification whether the receiver is told. Returns how many there were."""
    if not await _unplanned(session, receiver, severities, limit=1):
        return 0
    await hold_until_commit(session, ALERTS)
    found = await _unplanned(session, receiver, severities, limit=PORTION)
    notices = [_notice(row) for row in found]
    told = await _told(session, receiver, {each.subject for each in notices})
    for row, notice in zip(found, notices, strict=True):
        news = PastAlert(notice.complaint, notice.at)
        wanted = worth_telling(told[notice.subject], news)
        if wanted:
            told[notice.subject].append(news)
        session.add(_row(row.id, receiver, notice, DeliveryState.PENDING if wanted else DeliveryState.MUTED))
    old = (AlertDelivery.created_at < now() - KEPT) & (AlertDelivery.state != DeliveryState.PENDING)
    await session.execute(delete(AlertDelivery).where(old))
    return len(found)


async def take(session: AsyncSession, receiver: str) -> Taken | None:
    """The next delivery that is due, leased to the caller. What a subject has to say is told in its order."""
    at = now()
    row = (
        await session.execute(_TAKE, {"receiver": receiver, "now": at, "lease": at + LEASE, "latest": at + PAUSES[-1]})
    ).one_or_none()
    if row is None:
        return None
    entry = await session.get_one(AuditEntry, row.audit_id)
    return Taken(row.id, row.attempts, _notice(entry))


async def settle(
    session: AsyncSession, taken: Taken, problem: str | None = None, *, for_good: bool = False
) -> DeliveryState:
    """Notes how the attempt ended, and when it is made again, if ever. `for_good`: trying again is of no use."""
    pause = None if for_good else next_pause(taken.attempts)
    values: dict[str, Any] = {"error": problem}
    if problem is not None and pause is not None:
        values |= {"state": DeliveryState.PENDING, "due_at": now() + pause}
    else:
        values |= {"state": DeliveryState.GIVEN_UP if problem else DeliveryState.SENT, "finished_at": now()}
    await session.execute(update(AlertDelivery).where(AlertDelivery.id == taken.id).values(**values))
    return DeliveryState(values["state"])


async def listed(session: AsyncSession, *, before: int | None = None, limit: int) -> Sequence[AlertDelivery]:
    """The newest deliveries first. `before`: older than this one."""
    query = select(AlertDelivery).order_by(AlertDelivery.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AlertDelivery.id < before)
    return (await session.scalars(query)).all()


async def _unplanned(
    session: AsyncSession, receiver: str, severities: Sequence[Severity], *, limit: int
) -> Sequence[Row[Any]]:
    since = now() - LOOKED_BACK
    parameters = {"receiver": receiver, "severities": list(severities), "since": since, "limit": limit}
    return (await session.execute(_UNPLANNED, parameters)).all()


async def _told(session: AsyncSession, receiver: str, subjects: set[str]) -> defaultdict[str, list[PastAlert]]:
    """What the receiver was told, or is to be told, about each of the subjects, the oldest first."""
    said = AlertDelivery.state.in_((DeliveryState.PENDING, DeliveryState.SENT))
    rows = await session.execute(
        select(AlertDelivery.subject, AlertDelivery.complaint, AuditEntry.at)
        .join(AuditEntry, AuditEntry.id == AlertDelivery.audit_id)
        .where(AlertDelivery.receiver == receiver, AlertDelivery.subject.in_(subjects), said)
        .order_by(AlertDelivery.id)
    )
    told: defaultdict[str, list[PastAlert]] = defaultdict(list)
    for subject, complaint, at in rows:
        told[subject].append(PastAlert(complaint, at))
    return told


def _notice(entry: Row[Any] | AuditEntry) -> Notice:
    key = f"alert-{entry.id}-{entry.at:%Y%m%d%H%M%S%f}"
    return Notice(key, entry.action, entry.at, cast(Severity | None, entry.severity), entry.data)


def _row(audit_id: int, receiver: str, notice: Notice, state: DeliveryState) -> AlertDelivery:
    at = now()
    return AlertDelivery(
        audit_id=audit_id,
        receiver=receiver,
        subject=notice.subject,
        complaint=notice.complaint,
        state=state,
        due_at=at,
        created_at=at,
        finished_at=at if state is DeliveryState.MUTED else None,
    )
