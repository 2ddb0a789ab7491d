"""The figures, counted anew and announced."""

from datetime import timedelta

import structlog

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.messaging.events import MetricsUpdated
from assay.proposals import metrics, targets
from assay.queue import history
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job
from assay.review import metrics as review

log = structlog.get_logger(__name__)


@job(
    "proposal_metrics_update",
    cron="*/15 * * * *",
    grace=timedelta(minutes=10),
    timeout=timedelta(minutes=1),
    statistics=("topic_proposals", "atom_proposals", "updated_at"),
)
async def proposal_metrics_update(context: JobContext) -> Statistics:
    """Verify the kept counts and announce the metrics document, and keep the figures of the day."""
    context.begin(0)
    async with context.database.transaction() as session:
        if await metrics.refold(session):
            log.warning("proposal_tallies_repaired")
        document = await review.document(session, context.settings, context.deps.embedder.model)
        figures = await targets.measured(session, document, await history.failed_runs(session))
        await targets.keep_day(session, figures)
        await record(session, SYSTEM, [Record.of(MetricsUpdated(document))])
    return document
