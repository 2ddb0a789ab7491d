"""What nobody decided in time is put away."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.errors import AssayError
from assay.kinds import TRAITS, Kind
from assay.proposals import expiry, queries
from assay.proposals.expiry import Overdue, overdue
from assay.proposals.outcomes import Outcome
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job
from assay.queue.notify import send_job_error_notification

BATCH = 5000
WARNED_BEFORE = timedelta(days=3)


@job(
    "expire_stale_proposals",
    cron="0 2 * * *",
    grace=timedelta(hours=23),
    timeout=timedelta(minutes=5),
    retry_delays=(10, 10),
    statistics=("topics_expired", "atoms_expired", "total_expired"),
    count_failing=queries.count_failing,
)
async def expire_stale_proposals(context: JobContext) -> Statistics:
    """Reject what has waited longer than allowed, and announce what soon will have.

    Where that is a large part of the queue, nothing is rejected: it is announced, and waits for a person.
    """
    days = context.settings.knowledge_proposal_expiration_days
    cutoff = now() - timedelta(days=days)
    expired = dict.fromkeys(Kind, 0)
    async with context.database.transaction() as session:
        found = await overdue(session, cutoff)
    context.begin(found.number)
    if found.needs_a_person:
        await _hold(context, found)

    def done(outcomes: list[Outcome]) -> int:
        return sum(each.done for each in outcomes)

    async def act(session: AsyncSession, ids: Sequence[UUID]) -> list[Outcome]:
        return await expiry.expire(session, ids, actor=SYSTEM, days=days)

    while not (found.needs_a_person or context.time_is_up):
        async with context.database.transaction() as session:
            stale = await queries.stale(session, cutoff, limit=BATCH, exclude=context.failed)
        for outcomes in await context.isolate(list(stale), act, done=done):
            for each in outcomes:
                expired[stale[each.id]] += each.done
        context.advance(len(stale))
        if len(stale) < BATCH:
            break
    async with context.database.transaction() as session:
        await expiry.announce_expiring(session, before=cutoff + WARNED_BEFORE, until=now() + WARNED_BEFORE)
    counts = {f"{TRAITS[kind].plural}_expired": number for kind, number in expired.items()}
    return {**counts, "total_expired": sum(expired.values())}


async def _hold(context: JobContext, found: Overdue) -> None:
    async with context.database.transaction() as session:
        await expiry.announce_held(session, found)
    await send_job_error_notification(context.database, context.job, ExpiryHeld(found.sentence), {}, "critical")


class ExpiryHeld(AssayError):
    """So many proposals would expire at once that a person is asked."""
