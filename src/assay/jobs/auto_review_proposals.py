"""The machine decides what it can prove."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assay.duplicates.active_model import scorer_version
from assay.kinds import TRAITS, Kind
from assay.proposals import queries as proposal_queries
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job
from assay.review import queries
from assay.review.actions import Review, review

log = structlog.get_logger(__name__)


@job(
    "auto_review_proposals",
    cron="*/5 * * * *",
    grace=timedelta(minutes=4),
    timeout=timedelta(minutes=5),
    retry_delays=(5, 25, 125),
    statistics=("topics_approved", "atoms_approved", "topics_skipped", "atoms_skipped", "errors"),
    count_failing=proposal_queries.count_failing,
)
async def auto_review_proposals(context: JobContext) -> Statistics:
    """Approve what the policy can prove: atoms with the topics they wait for, then what is left of the topics."""
    counts: Counter[str] = Counter()
    async with context.database.transaction() as session:
        policy = await queries.policy(session, context.settings)
        due = await queries.count_sure(session, policy.least) if policy.enabled else 0
    if policy.enabled:
        context.begin(due)
        for kind in (Kind.ATOM, Kind.TOPIC):
            await _review_kind(context, kind, counts)
    else:
        log.info("Auto-approval is switched off", job=context.job, policy_version=policy.version)
    names = [f"{TRAITS[kind].plural}_{result}" for result in ("approved", "skipped") for kind in Kind]
    return {**{name: counts[name] for name in names}, "errors": len(context.failed)}


async def _review_kind(context: JobContext, kind: Kind, counts: Counter[str]) -> None:
    """The policy is read anew for each batch, so that a change of it needs no restart and no patience."""
    model = context.deps.embedder.model
    after: queries.Position | None = None

    async def act(session: AsyncSession, ids: Sequence[UUID]) -> Review:
        return await review(session, ids, settings=context.settings, model=model)

    while not context.time_is_up:
        async with context.database.transaction() as session:
            policy = await queries.policy(session, context.settings)
            found, after = await queries.page(
                session,
                kind,
                least=policy.least,
                scorer=await scorer_version(session, model),
                after=after,
                limit=context.settings.knowledge_auto_approval_batch_size,
            )
        for result in await context.isolate(list(found), act, done=lambda review: len(review.approved)):
            counts[f"{TRAITS[kind].plural}_approved"] += len(result.approved)
            counts["topics_approved"] += len(result.topics)
            counts[f"{TRAITS[kind].plural}_skipped"] += len(result.held)
        context.advance(len(found))
        if after is None or not policy.enabled:
            return
