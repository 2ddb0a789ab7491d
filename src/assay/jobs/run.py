"""The one runner of all jobs: lock, history, time, statistics, log lines and notifications."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from assay.db.engine import first_line
from assay.db.locks import held
from assay.db.models import JobState
from assay.errors import AssayError, NotFound
from assay.jobs import history
from assay.jobs.failures import EveryItemFailed, severity
from assay.jobs.job import JOBS, Job
from assay.jobs.notify import send_job_error_notification, send_job_recovered
from assay.jobs.tools import Tools
from assay.jobs.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one execution ended."""

    job: str
    state: JobState
    statistics: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None

    @property
    def ok(self) -> bool:
        return self.state in {JobState.OK, JobState.SKIPPED}


class WrongStatistics(AssayError):
    """A body returned other keys than it declared."""


def find(name: str) -> Job:
    """Raises NotFound, naming the jobs there are."""
    try:
        return JOBS[name]
    except KeyError:
        raise NotFound(f"There is no job {name!r}. The jobs are: {', '.join(sorted(JOBS))}.") from None


async def run(name: str, tools: Tools, *, wait: bool = False) -> RunResult:
    """Runs a job once, unless it runs already somewhere in the cluster; then nothing happens but a line in the history.

    `wait`: then it runs after the other has ended.

    Whatever goes wrong inside the job ends in the result and the history, never in an exception; a database that
    cannot be reached at all is raised.
    """
    job = find(name)
    async with held(tools.database.engine, f"job:{name}", wait=wait) as won:
        if won:
            return await _run_alone(job, tools)
    async with tools.database.transaction() as session:
        await history.note_skipped(session, name, "overlap")
    return RunResult(name, JobState.SKIPPED, error="It is running already.")


async def _run_alone(job: Job, tools: Tools) -> RunResult:
    async with tools.database.transaction() as session:
        run_id = await history.open_run(session, job.name)
    result = await _execute(job, Work(job.name, tools, job.timeout.total_seconds()), run_id)
    await _conclude(result, run_id, tools)
    return result


async def _execute(job: Job, work: Work, run_id: UUID) -> RunResult:
    try:
        async with asyncio.timeout(job.timeout.total_seconds()):
            statistics = dict(await job.body(work))
        _check(job, work, statistics)
    except asyncio.CancelledError:
        async with work.database.transaction() as session:
            await history.close_run(session, run_id, JobState.INTERRUPTED, statistics={}, error="It was interrupted.")
        raise
    except TimeoutError as error:
        await _alert(job, work, error)
        return RunResult(job.name, JobState.TIMEOUT, error=f"It took longer than {job.timeout}.")
    except Exception as error:  # noqa: BLE001  # the runner is where every error of a job ends
        await _alert(job, work, error)
        return RunResult(job.name, JobState.FAILED, error=first_line(error))
    log.info("Job %s completed: %s", job.name, statistics)
    return RunResult(job.name, JobState.OK, statistics)


def _check(job: Job, work: Work, statistics: Mapping[str, Any]) -> None:
    if set(statistics) != set(job.statistics):
        raise WrongStatistics(f"Job {job.name} returned {sorted(statistics)}, declared {sorted(job.statistics)}.")
    if work.failed and not work.succeeded:
        raise EveryItemFailed(f"All {len(work.failed)} items failed.", len(work.failed))


async def _alert(job: Job, work: Work, error: Exception) -> None:
    loud = severity(error, attempt=1, attempts=1 + len(job.retry_delays))
    if loud == "critical":
        log.critical("Job %s CRITICAL FAILURE: %s", job.name, first_line(error), exc_info=error)
    context = {"total": work.total, "processed": work.processed, "failed": len(work.failed)}
    try:
        await send_job_error_notification(work.database, job.name, error, context, loud)
    except Exception as second:  # noqa: BLE001  # the database is gone too: the log is all that is left
        log.critical("Job %s CRITICAL FAILURE: %s", job.name, first_line(second))


async def _conclude(result: RunResult, run_id: UUID, tools: Tools) -> None:
    async with tools.database.transaction() as session:
        before = await history.previous_state(session, result.job, run_id)
        await history.close_run(session, run_id, result.state, statistics=result.statistics, error=result.error)
    if result.state is JobState.OK and before in history.BAD:
        await send_job_recovered(tools.database, result.job)
