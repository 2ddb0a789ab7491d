"""What goes out, in the database: planned once for each receiver, taken by one process at a time, settled.

The audit log is the outbox. A notification without a row here was not planned yet, whatever its id, for ids are not
in the order of the commits.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import Row, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.alerts.notice import Notice
from assay.alerts.rules import PAUSES, PastAlert, next_pause, worth_telling
from assay.clock import now
from assay.db.bulk import among, outright
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
    due, earlier = aliased(AlertDelivery), aliased(AlertDelivery)
    is_due = or_(due.due_at <= at, due.due_at > at + PAUSES[-1])
    waits = exists().where(
        earlier.receiver == due.receiver,
        outright(earlier.state, DeliveryState.PENDING),
        earlier.subject == due.subject,
        earlier.id < due.id,
    )
    is_pending = outright(due.state, DeliveryState.PENDING)
    first = select(due.id).where(due.receiver == receiver, is_pending, is_due, ~waits).order_by(due.id).limit(1)
    taking = (
        update(AlertDelivery)
        .where(AlertDelivery.id == first.with_for_update(skip_locked=True).scalar_subquery())
        .values(attempts=AlertDelivery.attempts + 1, due_at=at + LEASE)
        .returning(AlertDelivery.id, AlertDelivery.audit_id, AlertDelivery.attempts)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(taking)).one_or_none()
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
    is_planned = exists().where(AlertDelivery.audit_id == AuditEntry.id, AlertDelivery.receiver == receiver)
    found = (
        select(AuditEntry.id, AuditEntry.action, AuditEntry.at, AuditEntry.severity, AuditEntry.data)
        .where(
            outright(AuditEntry.channel, "system_notifications"),
            AuditEntry.at > now() - LOOKED_BACK,
            or_(among(AuditEntry.severity, severities), AuditEntry.action == "job.recovered"),
            ~is_planned,
        )
        .order_by(AuditEntry.id)
        .limit(limit)
    )
    return (await session.execute(found)).all()


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
