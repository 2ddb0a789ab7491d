"""Messages become proposals."""

from collections import Counter
from datetime import timedelta

from assay.audit.actor import SYSTEM
from assay.db.models import TriggerType
from assay.extraction import budget, queries, runs
from assay.jobs.reading import RunReading
from assay.jobs.reexamine import reexamine_approved
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job


@job(
    "extract_knowledge_from_messages",
    cron="*/5 * * * *",
    grace=timedelta(minutes=4),
    timeout=timedelta(minutes=15),
    retry_delays=(5, 25, 125),
    statistics=("messages_analyzed", "topics_proposed", "atoms_proposed", "errors"),
    count_failing=queries.count_failing,
)
async def extract_knowledge_from_messages(context: JobContext) -> Statistics:
    """Read the messages that nobody read yet and propose what they teach."""
    counts: Counter[str] = Counter()
    async with context.database.transaction() as session:
        context.begin(await queries.count_unread(session), "messages")
    await reexamine_approved(context)
    while not context.time_is_up:
        async with context.database.transaction() as session:
            if await budget.is_stopped_today(session, context.settings, context.deps.extractor.name):
                break
            claim = await runs.claim(
                session, extractor=context.deps.extractor, trigger=TriggerType.SCHEDULED, actor=SYSTEM
            )
            if claim is None:
                break
            left = await budget.for_run(session, context.settings, claim.run_id)
        reading = RunReading.of(claim, context, left)
        await reading.finish()
        counts += reading.counts
        if reading.cancelled or reading.stopped:
            break
    return {
        "messages_analyzed": counts["messages"],
        "topics_proposed": counts["topics"],
        "atoms_proposed": counts["atoms"],
        "errors": len(context.failed),
    }
