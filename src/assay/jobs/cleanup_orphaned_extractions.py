"""Runs that found nothing are forgotten after a while."""

from datetime import timedelta
from typing import Final

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.extraction import actions as extraction
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job

AGE_DAYS: Final = 7


@job(
    "cleanup_orphaned_extractions",
    cron="0 3 * * 0",
    grace=timedelta(days=6),
    timeout=timedelta(minutes=5),
    retry_delays=(10,),
    statistics=("runs_deleted", "age_threshold_days"),
)
async def cleanup_orphaned_extractions(context: JobContext) -> Statistics:
    """Delete ended extraction runs that left no proposal."""
    context.begin(0, "runs")
    async with context.database.transaction() as session:
        deleted = await extraction.delete_orphans(session, older_than=now() - timedelta(days=AGE_DAYS), actor=SYSTEM)
    return {"runs_deleted": deleted, "age_threshold_days": AGE_DAYS}
