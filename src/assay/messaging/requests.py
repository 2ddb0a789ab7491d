"""Asking for a job from within a change, and which job follows which change."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay import tracing
from assay.db.models import JobRequest

EXTRACTION: Final = "extract_knowledge_from_messages"
SCAN: Final = "deduplication_scan"
REVIEW: Final = "auto_review_proposals"
METRICS: Final = "proposal_metrics_update"

FOLLOWERS: Final[Mapping[str, tuple[str, ...]]] = {
    "messages.ingested": (EXTRACTION,),
    "messages.deleted": (EXTRACTION,),
    "messages.erased": (EXTRACTION,),
    "proposal.created": (SCAN,),
    "proposal.edited": (SCAN,),
    "proposal.evidence_added": (REVIEW,),
    "proposal.rejected": (SCAN,),
    "proposal.merged": (SCAN,),
    "proposal.reopened": (SCAN,),
    "proposal.erased": (SCAN,),
    "proposal.reverted": (SCAN,),
    "proposal.withdrawn": (SCAN,),
    "proposal.set_aside": (SCAN,),
    "proposal.not_duplicate": (SCAN, REVIEW),
    "proposal.not_duplicate_undone": (SCAN, REVIEW),
    "proposal.duplicate_detected": (METRICS,),
    "proposal.approved": (REVIEW,),
    "proposal.auto_approved": (METRICS,),
    "proposal.failures_reset": (SCAN, REVIEW),
    "proposals.expired": (SCAN, METRICS),
    "entity.merged": (SCAN,),
    "entity.unmerged": (SCAN,),
    "entity.restored": (SCAN,),
    "embeddings.switched": (SCAN,),
    "policy.amended": (SCAN, REVIEW),
    "source.changed": (REVIEW,),
}
"""By what the audit log calls a change. A scan that clears proposals asks for the review itself, for it changes
nothing that is recorded; a person's approval of a topic lets its atoms go. A version of the policy may move the point
at which two are duplicates: what was scanned before is stale then. Erasing cancels runs, whose messages are unread."""


async def request(session: AsyncSession, *jobs: str) -> None:
    """Asks for jobs by name: a run that sees this transaction's work starts soon after the commit, if there is one.

    Asking often costs one run. A request is kept while its job runs or is paused.
    """
    if jobs:
        await session.execute(insert(JobRequest), [{"job": job, "trace": tracing.current()} for job in jobs])


async def request_followers(session: AsyncSession, actions: Iterable[str]) -> None:
    """Asks for the jobs that follow these changes, each once."""
    await request(session, *sorted({job for action in actions for job in FOLLOWERS.get(action, ())}))
