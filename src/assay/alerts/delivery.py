"""Telling a receiver what it is to be told, with no transaction open meanwhile."""

import structlog

from assay.alerts import outbox
from assay.alerts.notice import Notice
from assay.alerts.outbox import Taken
from assay.alerts.receiver import AlertRefused, Receiver, Undelivered
from assay.alerts.rules import MAX_ATTEMPTS
from assay.db.engine import Database
from assay.db.models import DeliveryState
from assay.messaging.events import Severity

log = structlog.get_logger(__name__)


async def deliver_due(database: Database, receiver: Receiver, *, least: Severity) -> int:
    """Tells a receiver everything that is due, one after the other. Returns how many attempts were made.

    Any number of processes may do so at once. `least`: the severity from which failures are told.
    """
    async with database.transaction() as session:
        await outbox.plan(session, receiver.name, severities(least))
    attempts = 0
    while taken := await _take(database, receiver):
        attempts += 1
        await _deliver(database, receiver, taken)
    return attempts


def severities(least: Severity) -> tuple[Severity, ...]:
    """Of the failures that are told, from the least on."""
    return ("critical",) if least == "critical" else ("error", "critical")


async def tell(receiver: Receiver, notice: Notice) -> bool:
    """Tells one notice past the database, and says whether it was taken."""
    try:
        await receiver.send(notice)
    except Undelivered as error:
        log.warning("alert_not_delivered", receiver=receiver.name, subject=notice.subject, reason=str(error))
        return False
    return True


async def _take(database: Database, receiver: Receiver) -> Taken | None:
    async with database.transaction() as session:
        return await outbox.take(session, receiver.name)


async def _attempt(receiver: Receiver, taken: Taken) -> tuple[str | None, bool]:
    """What went wrong, if anything, and whether for good."""
    if taken.attempts > MAX_ATTEMPTS:
        return "Each attempt to tell it was cut short.", True
    try:
        await receiver.send(taken.notice)
    except Undelivered as error:
        return str(error), isinstance(error, AlertRefused)
    return None, False


async def _deliver(database: Database, receiver: Receiver, taken: Taken) -> None:
    problem, for_good = await _attempt(receiver, taken)
    async with database.transaction() as session:
        state = await outbox.settle(session, taken, problem, for_good=for_good)
    if problem:
        level = log.error if state is DeliveryState.GIVEN_UP else log.warning
        facts = {"receiver": receiver.name, "subject": taken.notice.subject, "attempts": taken.attempts}
        level("alert_given_up" if state is DeliveryState.GIVEN_UP else "alert_not_delivered", **facts, reason=problem)
