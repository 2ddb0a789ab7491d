"""The one runner of all jobs: lock, history, time, statistics, log lines and notifications."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bound_contextvars

from assay.background_tasks import background, is_cancelled
from assay.db.engine import UNREACHABLE, first_line
from assay.db.locks import held
from assay.db.models import JobRun, JobState
from assay.errors import AssayError, NotFound
from assay.messaging.requests import request
from assay.queue import history
from assay.queue.context import JobContext
from assay.queue.deps import Deps
from assay.queue.failures import may_retry, severity, systemic
from assay.queue.job import JOBS, Job
from assay.queue.notify import send_job_error_notification, send_job_recovered
from assay.queue.order import MANUAL, Order
from assay.queue.retry import retry_until_available

log = structlog.get_logger(__name__)


BEAT_SECONDS: Final = 5.0
OVERLAP: Final = "overlap"
RESTING: Final = "There was nothing to try: what failed in the last run is paused, or waits for a person."
TAKEN: Final = "It lost its connection to the database, and with it the lock that lets one run at a time."


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one execution ended."""

    job: str
    state: JobState
    statistics: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    attempted: int = 0
    failed: int = 0
    """Items, as in the history."""
    is_permanent: bool = False
    """It failed, and trying again cannot help."""

    @property
    def ok(self) -> bool:
        return self.state in {JobState.OK, JobState.SKIPPED}


class WrongStatistics(AssayError):
    """A body returned other keys than it declared."""


class StillRunning(AssayError):
    """This very attempt runs now, in another process or for another delivery of its message."""


class CrashLoop(AssayError):
    """The attempt was begun again and again, and each time its process died."""


MAX_CRASHES: Final = 5


def find(name: str) -> Job:
    """Raises NotFound, naming the jobs there are."""
    try:
        return JOBS[name]
    except KeyError:
        raise NotFound(f"There is no job {name!r}. The jobs are: {', '.join(sorted(JOBS))}.") from None


async def run(name: str, deps: Deps, *, wait: bool = False) -> RunResult:
    """Runs a job once, unless it runs already somewhere in the cluster; then nothing happens but a line in the history.

    `wait`: then it runs after the other has ended.

    Whatever goes wrong inside the job ends in the result and the history, never in an exception; a database that
    cannot be reached at all is raised.
    """
    return await carry_out(Order.anew(find(name).name, MANUAL), deps, wait=wait)


async def carry_out(order: Order, deps: Deps, *, wait: bool = False, patient: bool = False) -> RunResult:
    """Runs what was ordered, by the same rules. An attempt that was made before is not made again: its result is told.

    `patient`: a database that goes away meanwhile is waited for.

    Raises StillRunning when another delivery of this order runs, CrashLoop when it killed its process too often.
    """
    job = find(order.job)
    async with held(deps.database.engine, f"job:{job.name}", wait=wait) as won:
        if won:
            return await _run_alone(job, order, deps, patient=patient)
    return await _skip(order, deps)


async def _skip(order: Order, deps: Deps) -> RunResult:
    """A change that asked for the job may have come too late for the run under way: it is asked for once more."""
    async with deps.database.transaction() as session:
        if await history.is_running(session, order):
            raise StillRunning(f"{order.task_id} runs already.")
        await history.note_skipped(session, order, OVERLAP)
        if order.was_requested:
            await request(session, order.job)
    return RunResult(order.job, JobState.SKIPPED, error="It is already running.")


async def _run_alone(job: Job, order: Order, deps: Deps, *, patient: bool) -> RunResult:
    async with deps.database.transaction() as session:
        await history.mark_lost(session, job.name)
        crashes = await history.count_killed(session, order)
        opened = await history.open_run(session, order) if crashes < MAX_CRASHES else None
    if opened is None:
        raise CrashLoop(f"Its process died {crashes} times while it ran.")
    if opened.state is not JobState.RUNNING:
        return RunResult(job.name, opened.state, opened.statistics, opened.error)
    context = JobContext(job.name, deps, job.timeout.total_seconds())
    with bound_contextvars(job=job.name, run=str(opened.id)):
        async with _beating(opened.id, context):
            result = await _execute(job, context, opened)
            conclude = partial(_conclude, job, result, opened.id, deps, again=result.ok and context.left_early)
            return await (retry_until_available(conclude, what=f"the end of {job.name}") if patient else conclude())


@asynccontextmanager
async def _beating(run_id: UUID, context: JobContext) -> AsyncIterator[None]:
    """Shows in the history that the run lives, and cuts it off where the history says that it is lost."""

    async def beat() -> None:
        while not is_cancelled():
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(*UNREACHABLE):
                async with context.database.transaction() as session:
                    lives = await history.beat(session, run_id)
                if not lives:
                    context.take()

    async with background(beat()):
        yield


async def _execute(job: Job, context: JobContext, row: JobRun) -> RunResult:
    try:
        async with asyncio.timeout(job.timeout.total_seconds()) as context.limit:
            statistics = dict(await job.body(context))
        _check(job, statistics)
    except asyncio.CancelledError:
        with suppress(*UNREACHABLE):
            await _interrupted(row.id, context)
        raise
    except Exception as error:  # noqa: BLE001  # the runner is where every error of a job ends
        return await _failed(job, context, error, row.attempt)
    cancel_all = partial(RunResult, job.name, attempted=context.attempted, failed=len(context.broken))
    if failure := systemic(len(context.broken), context.succeeded, context.last_failure):
        await _alert(job, context, failure, row.attempt)
        return cancel_all(JobState.FAILED, statistics, str(failure))
    figures = {name: value for name, value in statistics.items() if not isinstance(value, Mapping)}
    log.info("Job %s completed: %s", job.name, figures)
    return cancel_all(JobState.OK, statistics)


async def _failed(job: Job, context: JobContext, error: Exception, attempt: int) -> RunResult:
    """The end of a run that raised."""
    if context.is_taken:
        return RunResult(job.name, JobState.FAILED, error=TAKEN)
    await _alert(job, context, error, attempt)
    cancel_all = partial(RunResult, job.name, attempted=context.attempted, failed=len(context.broken))
    if context.is_cut_off:
        return cancel_all(JobState.TIMEOUT, error=f"It took longer than {job.timeout}.")
    return cancel_all(JobState.FAILED, error=first_line(error), is_permanent=not may_retry(error))


async def _interrupted(run_id: UUID, context: JobContext) -> None:
    async with context.database.transaction() as session:
        await history.close_run(session, run_id, JobState.INTERRUPTED, statistics={}, error="It was interrupted.")


def _check(job: Job, statistics: Mapping[str, Any]) -> None:
    if set(statistics) != set(job.statistics):
        raise WrongStatistics(f"Job {job.name} returned {sorted(statistics)}, declared {sorted(job.statistics)}.")


async def _alert(job: Job, context: JobContext, error: Exception, attempt: int) -> None:
    loud = severity(error, attempt=attempt, attempts=1 + len(job.retry_delays))
    if loud == "critical":
        log.critical("Job %s CRITICAL FAILURE: %s", job.name, first_line(error), exc_info=error)
    counts = {"total": context.total, "processed": context.processed, "failed": len(context.failed)}
    try:
        await send_job_error_notification(context.database, job.name, error, counts, loud)
    except Exception as second:  # noqa: BLE001  # the database is gone too: the log is all that is left
        log.critical("Job %s CRITICAL FAILURE: %s", job.name, first_line(second))


async def _conclude(job: Job, result: RunResult, run_id: UUID, deps: Deps, *, again: bool) -> RunResult:
    """`again`: something may be left, and shall not wait for the next tick."""
    async with deps.database.transaction() as session:
        before = await history.previous(session, job.name, run_id)
        if await _proves_nothing(session, job, result, before):
            result = replace(result, state=JobState.SKIPPED, error=RESTING)
        await history.close_run(
            session,
            run_id,
            result.state,
            statistics=result.statistics,
            error=result.error,
            attempted=result.attempted,
            failed=result.failed,
        )
        if again:
            await request(session, job.name)
    if result.state is JobState.OK and before and before.state in history.BAD:
        await send_job_recovered(deps.database, job.name)
    return result


async def _proves_nothing(session: AsyncSession, job: Job, result: RunResult, before: JobRun | None) -> bool:
    """Whether a run went well only because what failed before was not tried again. Then the failure stands."""
    if result.state is not JobState.OK or result.attempted or job.count_failing is None:
        return False
    fell = before is not None and before.state is JobState.FAILED and before.failed > 0
    return fell and await job.count_failing(session) > 0
