"""Messages become proposals."""

from collections import Counter
from datetime import timedelta
from typing import Final

from assay.audit.actor import SYSTEM
from assay.db.models import TriggerType
from assay.extraction import actions as extraction
from assay.extraction import queries
from assay.extraction.actions import Claim, Stored
from assay.jobs.failures import EveryItemFailed, is_transient
from assay.jobs.job import Statistics, job
from assay.jobs.notify import send_job_error_notification
from assay.jobs.work import Work

FAILURES_IN_A_ROW: Final = 5
"""After so many the fault is not with the messages, and each further attempt may cost money."""


@job(
    "extract_knowledge_from_messages",
    cron="*/5 * * * *",
    grace=timedelta(minutes=4),
    timeout=timedelta(minutes=15),
    retry_delays=(5, 25, 125),
    statistics=("messages_analyzed", "topics_proposed", "atoms_proposed", "errors"),
)
async def extract_knowledge_from_messages(work: Work) -> Statistics:
    """Read the messages that nobody read yet and propose what they teach."""
    counts: Counter[str] = Counter()
    failures = 0
    async with work.database.transaction() as session:
        work.begin(await queries.count_unread(session))
    while not work.time_is_up:
        async with work.database.transaction() as session:
            claim = await extraction.claim(
                session, extractor=work.tools.extractor, trigger=TriggerType.SCHEDULED, actor=SYSTEM
            )
        if claim is None:
            break
        stored = await _read(work, claim)
        failures = 0 if stored.messages else failures + 1
        if failures == FAILURES_IN_A_ROW:
            raise EveryItemFailed(f"{failures} windows in a row could not be read.", failures)
        work.succeeded += stored.messages
        counts.update(topics=stored.topics, atoms=stored.atoms)
        work.advance(len(claim.messages))
    return {
        "messages_analyzed": work.succeeded,
        "topics_proposed": counts["topics"],
        "atoms_proposed": counts["atoms"],
        "errors": len(work.failed),
    }


async def _read(work: Work, claim: Claim) -> Stored:
    """Reads one window. A window that cannot be read is given back, to be read in smaller ones."""
    try:
        found = await work.tools.extractor.extract(claim.window)
        async with work.database.transaction() as session:
            return await extraction.store(session, claim, found, actor=SYSTEM)
    except Exception as error:
        async with work.database.transaction() as session:
            await extraction.fail(session, claim.run_id, error, actor=SYSTEM, blame=not is_transient(error))
        if is_transient(error):
            raise
        work.failed.append(claim.run_id)
        await send_job_error_notification(work.database, work.job, error, {"extraction_run_id": str(claim.run_id)})
        return Stored(0, 0, 0)
