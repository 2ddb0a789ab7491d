"""How jobs went lately: their last runs, and how long these took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import JobState

MAX_RUNS: Final = 30


@dataclass(frozen=True, slots=True)
class PastRun:
    """`seconds`: None while it runs."""

    id: UUID
    state: JobState
    started_at: datetime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Lately:
    """The runs, the newest first, and how long those took that ended well; None where there are none."""

    runs: Sequence[PastRun]
    seconds_p50: float | None
    seconds_p95: float | None


async def lately(session: AsyncSession, jobs: Iterable[str]) -> dict[str, Lately]:
    """Of each job the last MAX_RUNS that started and were not skipped: one stretch of an index each."""
    rows = await session.execute(
        text(f"""
        SELECT wanted.job, r.id, r.state, r.started_at, extract(epoch FROM r.finished_at - r.started_at)\\:\\:float8
        FROM unnest(CAST(:jobs AS text[])) AS wanted (job) CROSS JOIN LATERAL (
            SELECT id, state, started_at, finished_at FROM job_runs
            WHERE job = wanted.job AND started_at IS NOT NULL AND state <> 'skipped'
            ORDER BY started_at DESC LIMIT {MAX_RUNS}) AS r
        ORDER BY wanted.job, r.started_at DESC"""),  # noqa: S608  # our own number
        {"jobs": list(jobs)},
    )
    runs: dict[str, list[PastRun]] = {each: [] for each in jobs}
    for job, run_id, state, started_at, seconds in rows:
        runs[job].append(PastRun(run_id, JobState(state), started_at, seconds))
    return {job: _measured(found) for job, found in runs.items()}


def _measured(runs: Sequence[PastRun]) -> Lately:
    took = [each.seconds for each in runs if each.state is JobState.OK and each.seconds is not None]
    if not took:
        return Lately(runs, None, None)
    twentieths = quantiles(took, n=20, method="inclusive") if len(took) > 1 else took * 19
    return Lately(runs, twentieths[9], twentieths[18])
