"""How the jobs stand, from facts."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from sqlalchemy import Row, Select, extract, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from assay import disk
from assay.audit.queries import last_backup
from assay.clock import now
from assay.db import troubles
from assay.db.engine import Database
from assay.db.models import JobControl, JobRun, JobState, ProcessRole
from assay.errors import Unavailable
from assay.messaging import nats
from assay.messaging.streams import Queue
from assay.proposals.expiry import Overdue, overdue
from assay.queue import control, dead_letters, heartbeats, history
from assay.queue.cron import ticks
from assay.queue.job import JOBS, Job
from assay.settings import Settings

DATABASE_SECONDS: Final = 5
LATE: Final = timedelta(minutes=1)
"""How long after a tick its run may start before the job is overdue."""
NOT_TAKEN_AFTER: Final = timedelta(seconds=5)
UNKNOWN: Final = "unknown"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """What the broker says of the queue."""

    waiting: int
    """Orders that no worker has taken."""
    in_progress: int
    redelivered: int
    """Of those in progress, how many were delivered before."""
    open_pulls: int
    """Requests of workers for a message."""


@dataclass(frozen=True, slots=True)
class JobHealth:
    """How one job stands. Durations in seconds, the rate 0..1 of the runs in the history that came to an end."""

    status: str
    """The state of the last run that started; `unknown` only for a job that never ran."""
    last_run: datetime | None = None
    last_success: datetime | None = None
    duration_p50: float | None = None
    duration_p95: float | None = None
    success_rate: float | None = None
    runs: int = 0
    runs_last_hour: int = 0
    runs_last_day: int = 0
    retries_last_day: int = 0
    next_due: datetime | None = None
    overdue: bool = False
    paused: bool = False
    queued: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    version: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """The document of the contract and what explains it. `problems`: a sentence each; none means all is well."""

    broker_connected: bool
    database_connected: bool
    problems: Sequence[str]
    queue: QueueHealth | None
    dead_letters: int | None
    workers: Sequence[Process]
    schedulers: Sequence[Process]
    jobs: Mapping[str, JobHealth]

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class _Known:
    """What the database tells."""

    jobs: dict[str, JobHealth]
    overdue: Overdue
    dead_letters: int | None = None
    backup: str | None = None
    """What is wrong with the backups."""
    not_taken: int = 0
    """Orders that the broker does not take, as when its store is full."""
    workers: list[Process] = field(default_factory=list)
    schedulers: list[Process] = field(default_factory=list)


async def look(
    database: Database, settings: Settings, nats_url: str, *, seen: Sequence[str] = (), at_work: bool = True
) -> Health:
    """Asks broker and database at the same time, each for a few seconds at most.

    `seen`: what the caller has seen go wrong besides. `at_work`: somebody is meant to work on the jobs now.
    """
    home = settings.own_database
    problems = [sentence] if (sentence := disk.full(home)) else []
    queue, known = await asyncio.gather(
        _queue(settings, nats_url, problems), _known(database, settings, home, problems)
    )
    if known is not None:
        problems += [*(_absences(known) if at_work else ()), *_complaints(known)]
    problems = list(dict.fromkeys((*problems, *seen)))
    jobs = known.jobs if known else {name: JobHealth(UNREADABLE) for name in JOBS}
    return Health(
        broker_connected=queue is not None,
        database_connected=known is not None,
        problems=problems,
        queue=queue,
        dead_letters=known.dead_letters if known else None,
        workers=known.workers if known else [],
        schedulers=known.schedulers if known else [],
        jobs=jobs,
    )


async def _queue(settings: Settings, nats_url: str, problems: list[str]) -> QueueHealth | None:
    shape = Queue.of(settings)
    try:
        async with nats.connected(nats_url) as client, asyncio.timeout(nats.CONNECT_TIMEOUT_SECONDS):
            with suppress(NotFoundError):
                found = await client.jetstream().consumer_info(shape.name, shape.durable)
                return QueueHealth(
                    found.num_pending or 0,
                    found.num_ack_pending or 0,
                    found.num_redelivered or 0,
                    found.num_waiting or 0,
                )
            return QueueHealth(0, 0, 0, 0)  # no process of ours ever used this broker
    except Unavailable as error:
        problems.append(str(error))
    except (NatsError, TimeoutError) as error:
        problems.append(str(nats.unavailable(error)))
    return None


async def _known(database: Database, settings: Settings, home: Path | None, problems: list[str]) -> _Known | None:
    try:
        async with asyncio.timeout(DATABASE_SECONDS), database.transaction() as session:
            return _Known(
                await _jobs(session),
                await overdue(session, now() - timedelta(days=settings.knowledge_proposal_expiration_days)),
                await dead_letters.count(session),
                await _missing_backup(session, settings.assay_backup_hours),
                await history.count_undispatched(session, older_than=now() - NOT_TAKEN_AFTER),
                await _processes(session, ProcessRole.WORKER),
                await _processes(session, ProcessRole.SCHEDULER),
            )
    except (SQLAlchemyError, OSError) as error:
        problems.append(troubles.explained(error, home))
        return None


def _absences(known: _Known) -> list[str]:
    """What nobody does although somebody should."""
    found = []
    if not known.workers:
        found.append("No worker is running: nothing in the queue is processed. Start one with: assay worker")
    if not known.schedulers:
        found.append("No scheduler is running: no job starts by itself. Start one with: assay scheduler")
    found += [
        f"Job {name} has been overdue since {job.next_due:%Y-%m-%d %H:%M} UTC."
        for name, job in known.jobs.items()
        if job.overdue
    ]
    return found


def _complaints(known: _Known) -> list[str]:
    """What is wrong although database and broker answer."""
    found = []
    for name, job in known.jobs.items():
        if job.paused:
            found.append(f"Job {name} is paused: only a command starts it. Resume it with: assay jobs resume {name}")
        if job.status in history.BAD:
            found.append(f"Job {name}: its last run ended as {job.status}: {job.error}")
    if known.not_taken:
        found.append(
            f"{known.not_taken} orders wait because the broker does not accept them: check its log, and make "
            "room if its disk is full. Then restart a NATS server of your own; the embedded one restarts by itself."
        )
    if known.backup:
        found.append(known.backup)
    if known.overdue.needs_a_person:
        found.append(known.overdue.sentence)
    if known.dead_letters:
        found.append(f"{known.dead_letters} dead letters wait for a person: assay jobs dead list")
    return found


async def _missing_backup(session: AsyncSession, hours: int | None) -> str | None:
    """Whether one failed or was never begun does not matter: it is not there."""
    if hours is None:
        return None
    at = await last_backup(session)
    if at is None:
        return "No backup was ever made. Make one with: assay backup FILE"
    if now() - at > timedelta(hours=hours):
        return f"The last backup is of {at:%Y-%m-%d %H:%M} UTC, over {hours} hours old: assay backup FILE"
    return None


async def _processes(session: AsyncSession, role: ProcessRole) -> list[Process]:
    found = await heartbeats.living(session, role)
    return [Process(each.name, each.version, each.started_at, each.seen_at) for each in found]


async def _jobs(session: AsyncSession) -> dict[str, JobHealth]:
    last = {each.job: each for each in await history.last_runs(session)}
    figures = {row.job: row for row in await session.execute(_figures())}
    controls = await control.controls(session)
    return {name: _health(job, last.get(name), figures.get(name), controls.get(name)) for name, job in JOBS.items()}


def _figures() -> Select[Any]:
    """Of the history of each job."""
    good, counted = JobRun.state == JobState.OK, JobRun.state != JobState.SKIPPED
    seconds = extract("epoch", JobRun.finished_at - JobRun.started_at)
    today = JobRun.started_at > func.now() - timedelta(days=1)
    ended = JobRun.state.in_((JobState.OK, JobState.FAILED, JobState.TIMEOUT, JobState.LOST))
    return select(
        JobRun.job,
        func.max(JobRun.started_at).filter(good).label("last_success"),
        func.percentile_cont(0.5).within_group(seconds).filter(good).label("p50"),
        func.percentile_cont(0.95).within_group(seconds).filter(good).label("p95"),
        func.count().filter(ended).label("ended"),
        func.count().filter(good).label("good"),
        func.count().filter(counted, JobRun.started_at > func.now() - timedelta(hours=1)).label("hourly"),
        func.count().filter(counted, today).label("daily"),
        func.count().filter(counted, today, JobRun.attempt > 1).label("retries"),
        func.count().filter(JobRun.state == JobState.QUEUED).label("queued"),
        func.max(JobRun.tick).filter(JobRun.tick <= func.clock_timestamp()).label("last_tick"),
    ).group_by(JobRun.job)


def _health(job: Job, last: JobRun | None, figures: Row[Any] | None, known: JobControl | None) -> JobHealth:
    since = min(known.scheduled_since, now()) if known else now()
    settled = max(since, figures.last_tick) if figures and figures.last_tick else since
    due = next(ticks(job.cron, settled))
    paused = bool(known and known.paused_at)
    return JobHealth(
        status=last.state if last else UNKNOWN,
        last_run=last.started_at if last else None,
        last_success=figures.last_success if figures else None,
        duration_p50=_seconds(figures.p50) if figures else None,
        duration_p95=_seconds(figures.p95) if figures else None,
        success_rate=figures.good / figures.ended if figures and figures.ended else None,
        runs=figures.ended if figures else 0,
        runs_last_hour=figures.hourly if figures else 0,
        runs_last_day=figures.daily if figures else 0,
        retries_last_day=figures.retries if figures else 0,
        next_due=None if paused else due,
        overdue=not paused and known is not None and due < now() - LATE,
        paused=paused,
        queued=figures.queued if figures else 0,
        error=last.error if last else None,
    )


def _seconds(duration: float | None) -> float | None:
    return None if duration is None else round(float(duration), 3)
