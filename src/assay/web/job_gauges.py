"""How the jobs stand, for Prometheus: from their history, the queue and those who work on it."""

from datetime import timedelta
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import BigInteger, Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.queries import last_backup
from assay.db.models import JobRun, JobState, ProcessRole
from assay.proposals import targets
from assay.queue import dead_letters, heartbeats

_RUNS: Final = (
    select(
        JobRun.job,
        JobRun.state,
        func.count(),
        func.count().filter(JobRun.started_at > func.now() - timedelta(hours=1)),
        func.count().filter(JobRun.attempt > 1),
        cast(func.sum(JobRun.failed), BigInteger),
        func.date_part("epoch", func.now() - func.max(JobRun.started_at), type_=Float),
    )
    .where(JobRun.started_at > func.now() - timedelta(days=1))
    .group_by(JobRun.job, JobRun.state)
)
_FAMILIES: Final = (
    ("assay_job_runs_last_day", "Runs of the last day."),
    ("assay_job_runs_last_hour", "Runs of the last hour."),
    ("assay_job_retries_last_day", "Runs that tried again."),
    ("assay_job_items_failed_last_day", "Items that failed."),
    ("assay_job_last_run_seconds", "Since the last run."),
)
"""In the order of the figures that _RUNS finds."""
_QUEUED: Final = select(func.count()).where(JobRun.state == JobState.QUEUED)


async def gauges(session: AsyncSession) -> list[Metric]:
    """The same whichever process is asked."""
    return [
        *await _runs(session),
        *await _queue(session),
        await _processes(session),
        await _targets(session),
        await _backups(session),
    ]


async def _runs(session: AsyncSession) -> list[GaugeMetricFamily]:
    families = [GaugeMetricFamily(name, words, labels=["job", "state"]) for name, words in _FAMILIES]
    for job, status, *figures in await session.execute(_RUNS):
        for family, figure in zip(families, figures, strict=True):
            family.add_metric([job, status], figure)
    return families


async def _queue(session: AsyncSession) -> list[Metric]:
    queued, dead = await session.scalar(_QUEUED) or 0, await dead_letters.count(session)
    return [
        GaugeMetricFamily("assay_jobs_queued", "Runs that no worker has taken.", value=queued),
        GaugeMetricFamily("assay_dead_letters", "Orders that were given up and wait for a person.", value=dead),
    ]


async def _processes(session: AsyncSession) -> Metric:
    family = GaugeMetricFamily("assay_processes", "Workers and schedulers that showed themselves.", labels=["role"])
    for role in ProcessRole:
        family.add_metric([role], len(await heartbeats.living(session, role)))
    return family


async def _targets(session: AsyncSession) -> Metric:
    """As the job of the metrics measured them last. What was not measured is left out."""
    family = GaugeMetricFamily("assay_target", "What was measured last beside a target.", labels=["target"])
    days = await targets.days(session)
    for name, figure in next(reversed(days.values()), {}).items():
        if figure.value is not None:
            family.add_metric([name], figure.value)
    return family


async def _backups(session: AsyncSession) -> Metric:
    """Absent where none was ever made."""
    family = GaugeMetricFamily("assay_backup_timestamp_seconds", "When the last backup was made.")
    if at := await last_backup(session):
        family.add_metric([], at.timestamp())
    return family
