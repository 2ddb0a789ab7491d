"""The metrics document, with what only the policy can tell: how long the sure ones wait, and for whom."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.bulk import among
from assay.db.models import Proposal
from assay.duplicates.active_model import scorer_version
from assay.kinds import Kind
from assay.proposals import metrics
from assay.proposals.metrics import Waits
from assay.review import queries
from assay.review.policy import Hold, Policy
from assay.settings import Settings

MACHINE_WAITS: Final = (None, Hold.NOT_SCANNED, Hold.RETRIED_LATER)
"""Of the reasons to wait those that end without a person."""
MAX_PAGES: Final = 5
"""So far is looked for the oldest that the machine may take, behind those that wait for people."""


async def document(session: AsyncSession, settings: Settings, model: str) -> dict[str, Any]:
    """The metrics of the contract. `model`: the embedding model of the settings."""
    policy, scorer = await queries.policy(session, settings), await scorer_version(session, model)
    waits = {kind: await _waits(session, kind, policy, scorer) for kind in Kind}
    return await metrics.document(session, waits=waits)


async def _waits(session: AsyncSession, kind: Kind, policy: Policy, scorer: str) -> Waits:
    oldest: dict[str, UUID] = {}
    after: queries.Position | None = None
    for _ in range(MAX_PAGES):
        found, after = await queries.page(
            session, kind, least=policy.least, scorer=scorer, after=after, limit=queries.PAGE
        )
        for proposal_id, facts in found.items():
            hold = policy.hold(facts)
            if hold is not Hold.BELOW_THRESHOLD:
                takes = policy.enabled and hold in MACHINE_WAITS
                oldest.setdefault("machine" if takes else "people", proposal_id)
        if after is None or len(oldest) == 2:
            break
    return Waits(**await _ages(session, oldest))


async def _ages(session: AsyncSession, oldest: Mapping[str, UUID]) -> dict[str, float]:
    created = select(Proposal.id, Proposal.created_at).where(among(Proposal.id, oldest.values()))
    since = dict((await session.execute(created)).tuples().all())
    at = now()
    return {who: max(0.0, (at - since[each]).total_seconds()) for who, each in oldest.items() if each in since}
