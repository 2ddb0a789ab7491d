"""How jobs went lately: their last runs, and how long these took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, column, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import JobRun, JobState

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
    asked = func.unnest(literal(list(jobs), ARRAY(Text))).table_valued(column("job", Text), name="asked")
    wanted = asked.render_derived()
    past = (
        select(JobRun.id, JobRun.state, JobRun.started_at, JobRun.finished_at)
        .where(JobRun.job == wanted.c.job, JobRun.started_at.is_not(None), JobRun.state != JobState.SKIPPED)
        .order_by(JobRun.started_at.desc())
        .limit(MAX_RUNS)
        .lateral("past")
    )
    rows = await session.execute(
        select(wanted.c.job, past).join(past, true()).order_by(wanted.c.job, past.c.started_at.desc())
    )
    runs: dict[str, list[PastRun]] = {each: [] for each in jobs}
    for job, run_id, state, started_at, finished_at in rows:
        seconds = (finished_at - started_at).total_seconds() if finished_at else None
        runs[job].append(PastRun(run_id, state, started_at, seconds))
    return {job: _measured(found) for job, found in runs.items()}


def _measured(runs: Sequence[PastRun]) -> Lately:
    took = [each.seconds for each in runs if each.state is JobState.OK and each.seconds is not None]
    if not took:
        return Lately(runs, None, None)
    twentieths = quantiles(took, n=20, method="inclusive") if len(took) > 1 else took * 19
    return Lately(runs, twentieths[9], twentieths[18])
