"""What a worker does beside its jobs: it tells people outside what went wrong, and watches the servers it needs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.alerts.delivery import deliver_due, tell
from assay.alerts.notice import Notice
from assay.alerts.outbox import ALERTS
from assay.alerts.receiver import Receiver
from assay.alerts.receivers import configured
from assay.alerts.rules import DAY, PAUSES, PastAlert, worth_telling
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.background_tasks import cancel_all, run_every
from assay.clock import MAX_SKEW, now
from assay.db.engine import Database, first_line
from assay.db.locks import hold_until_commit
from assay.db.models import AuditEntry
from assay.db.troubles import ensure_well
from assay.errors import Unavailable
from assay.messaging import nats
from assay.messaging.events import Channel, JobError, JobRecovered, Severity
from assay.queue.deps import Deps
from assay.queue.failures import is_transient
from assay.queue.history import WORKER

log = structlog.get_logger(__name__)

DATABASE: Final = "database"
BROKER: Final = "broker"


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often it looks, and for how long a server may be away before people are told."""

    deliveries: timedelta = timedelta(seconds=2)
    servers: timedelta = timedelta(seconds=15)
    grace: timedelta = timedelta(minutes=1)


@dataclass(slots=True)
class Outage:
    """What this process knows of one server."""

    since: datetime | None = None
    told: list[PastAlert] = field(default_factory=list)

    def lasts(self, problem: str | None, grace: timedelta) -> bool:
        """Notes what was just seen, and says whether the server has been away for longer than the grace."""
        self.since = None if problem is None else self.since or now()
        return self.since is not None and now() - self.since >= grace


@dataclass(slots=True)
class Alerting:
    """The receivers of one worker, and what it knows of its servers."""

    database: Database
    nats_url: str
    receivers: Sequence[Receiver]
    least: Severity
    intervals: Intervals = Intervals()
    home: Path | None = None
    """The folder of our own database."""
    database_outage: Outage = field(default_factory=Outage)
    broker_outage: Outage = field(default_factory=Outage)

    @classmethod
    def of(cls, deps: Deps, nats_url: str) -> Self:
        """As the settings say. Raises InvalidInput where they name a receiver wrongly."""
        settings = deps.settings
        return cls(
            deps.database, nats_url, configured(settings), settings.assay_alert_severity, home=settings.own_database
        )

    async def run(self) -> None:
        """Works until it is cancelled. Nothing that a receiver or a server does ends it or makes another wait."""
        deliveries = [partial(deliver_due, self.database, each, least=self.least) for each in self.receivers]
        between, watch = self.intervals.deliveries.total_seconds(), self.intervals.servers.total_seconds()
        duties = [
            *(run_every(between, each, _log_defect) for each in deliveries),
            run_every(watch, self.watch_database, _log_defect),
            run_every(watch, self.watch_broker, _log_defect),
        ]
        at_work = [asyncio.create_task(each) for each in duties]
        try:
            await asyncio.gather(*at_work)
        finally:
            await cancel_all(at_work)

    async def watch_database(self) -> None:
        """Where the database is away, it cannot carry the news: it goes straight to the receivers."""
        problem = await _said(ensure_well(self.database, self.home))
        lasts = self.database_outage.lasts(problem, self.intervals.grace)
        notice = _notice(DATABASE, problem)
        news = PastAlert(notice.complaint, notice.at)
        if (problem and not lasts) or not worth_telling(self.database_outage.told, news):
            return
        self.database_outage.told.append(news)
        _log(DATABASE, problem)
        await asyncio.gather(*(_tell_with_retries(each, notice) for each in self.receivers))

    async def watch_broker(self) -> None:
        """Whoever of the workers sees it first records that the broker is away, or back."""
        problem = await _said(nats.ping(self.nats_url))
        lasts = self.broker_outage.lasts(problem, self.intervals.grace)
        if problem and not lasts:
            return
        async with self.database.transaction() as session:
            await hold_until_commit(session, ALERTS)
            if await _is_known_to_fail(session, BROKER) == lasts:
                return
            await record(session, SYSTEM, [Record.of(_event(BROKER, problem), severity="critical" if lasts else None)])
        _log(BROKER, problem)


@asynccontextmanager
async def telling(deps: Deps, nats_url: str) -> AsyncIterator[None]:
    """Alerts go out and servers are watched for the length of the block. Raises InvalidInput, as `Alerting.of`."""
    at_work = asyncio.create_task(Alerting.of(deps, nats_url).run())
    try:
        yield
    finally:
        at_work.cancel()
        await asyncio.gather(at_work, return_exceptions=True)


def _log_defect(error: Exception) -> None:
    """Servers that are away are told of elsewhere."""
    if not is_transient(error):
        log.error("alerting_failed", reason=first_line(error), exc_info=error)


async def _tell_with_retries(receiver: Receiver, notice: Notice) -> None:
    for pause in PAUSES[:3]:
        if await tell(receiver, notice):
            return
        await asyncio.sleep(pause.total_seconds())
    log.error("alert_given_up", receiver=receiver.name, subject=notice.subject)


async def _is_known_to_fail(session: AsyncSession, subject: str) -> bool:
    """Whether the last notification about the subject says so. What lasts longer than a day is said anew."""
    last = (
        select(AuditEntry.action)
        .where(
            AuditEntry.channel == Channel.SYSTEM_NOTIFICATIONS,
            AuditEntry.at > now() - DAY,
            AuditEntry.at < now() + MAX_SKEW,
        )
        .where(AuditEntry.data["job_name"].astext == subject)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    )
    return await session.scalar(last) == JobError.type


async def _said(check: Awaitable[object]) -> str | None:
    try:
        await check
    except Unavailable as error:
        return str(error)
    return None


def _event(server: str, problem: str | None) -> JobError | JobRecovered:
    return JobError(server, problem, {"worker": WORKER}, now()) if problem else JobRecovered(server)


def _notice(server: str, problem: str | None) -> Notice:
    """What this worker itself says, past the audit log."""
    at = now()
    key = f"alert-{WORKER}-{at:%Y%m%d%H%M%S%f}".replace(":", "-")
    return Notice.of(key, _event(server, problem), at, "critical" if problem else None)


def _log(server: str, problem: str | None) -> None:
    if problem:
        log.critical("Job %s CRITICAL FAILURE: %s", server, problem)
    else:
        log.info("Job %s recovered", server)
