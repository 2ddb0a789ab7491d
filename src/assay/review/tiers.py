"""How much the system approves on its own, by tier and by what found it."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import case, desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import RANKED, SOURCE
from assay.db.models import KnowledgeExtractionRun, Proposal, ReviewAction
from assay.kinds import Kind
from assay.proposals.metrics import ratio


class Tier(StrEnum):
    """Whether the system may approve what was found: the sure ones; what was found by ranking is for people."""

    SURE = "sure"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True)
class TierRate:
    """Of the proposals of one kind and tier that one extractor made. What is unlikely counts in no rate."""

    kind: Kind
    tier: Tier
    extractor: str | None
    """None: people and their programs proposed it."""
    proposals: int
    auto_approved: int
    """That the system ever approved on its own."""
    auto_approval_rate: float
    """0..1"""


async def rates(session: AsyncSession) -> list[TierRate]:
    """By kind, tier and extractor. One pass over all proposals: for whoever asks, not for every scrape."""
    by_rank = case((Proposal.meta[SOURCE].astext == RANKED, Tier.RANKED.value), else_=Tier.SURE.value)
    made = select(
        Proposal.kind,
        by_rank.label("tier"),
        KnowledgeExtractionRun.extractor,
        func.count().label("proposals"),
        func.count().filter(Proposal.auto_approved),
    )
    of_runs = made.outerjoin(KnowledgeExtractionRun, KnowledgeExtractionRun.id == Proposal.extraction_run_id)
    counted = of_runs.where(Proposal.review_action.is_distinct_from(ReviewAction.UNLIKELY))
    grouped = counted.group_by(Proposal.kind, "tier", KnowledgeExtractionRun.extractor)
    ordered = grouped.order_by(Proposal.kind, desc("tier"), KnowledgeExtractionRun.extractor)
    return [
        TierRate(kind, Tier(tier), extractor, proposals, approved, ratio(approved, proposals))
        for kind, tier, extractor, proposals, approved in await session.execute(ordered)
    ]
