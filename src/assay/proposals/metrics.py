"""The metrics document: how the queue stands and how well the machine decides.

Counts come from the tallies that triggers keep, ages from an index each: the cost does not grow with the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.bulk import outright
from assay.db.models import SYSTEM_USER_ID, Proposal, ProposalStatus, ProposalTally, ReviewAction, SimilarityType
from assay.kinds import Kind
from assay.proposals.reversals import TakenBack, taken_back
from assay.proposals.sql import metrics as sql

DAY: Final = timedelta(days=1)
STATES: Final = ("pending", "approved", "rejected", "merged", "expired", "withdrawn", "unlikely")
"""Each proposal is in exactly one of these."""
REPETITIONS: Final = (SimilarityType.EXACT, SimilarityType.FUZZY, SimilarityType.SEMANTIC)
_DIMENSIONS: Final = (
    *(ProposalTally.kind, ProposalTally.status, ProposalTally.review_action),
    *(ProposalTally.auto_approved, ProposalTally.auto_reverted, ProposalTally.flagged),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many proposals share these properties, and the sum of their confidences."""

    kind: Kind
    status: ProposalStatus
    review_action: str
    auto_approved: bool
    auto_reverted: bool
    flagged: bool
    proposals: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Ages in seconds of the oldest sure proposals that wait: what the machine may take, and what is for people."""

    machine: float = 0.0
    people: float = 0.0


async def document(session: AsyncSession, *, waits: Mapping[Kind, Waits]) -> dict[str, Any]:
    """The metrics of the contract. `waits`: what the policy says of the sure ones."""
    tallies, oldest, times = await _tallies(session), await _oldest(session), await _times(session)
    undone, at = await taken_back(session), now()
    parts = {
        f"{kind}_proposals": part(
            [each for each in tallies if each.kind is kind],
            oldest.get(kind),
            waits.get(kind, Waits()),
            times.get(kind, 0.0),
            undone.get(kind, TakenBack()),
            at,
        )
        for kind in Kind
    }
    return {**parts, "updated_at": at.isoformat()}


def part(
    tallies: Sequence[Tally],
    oldest: datetime | None,
    wait: Waits,
    seconds_to_approval: float,
    undone: TakenBack,
    at: datetime,
) -> dict[str, int | float]:
    """One kind's part of the document."""
    return {
        **summary(tallies),
        **{f"taken_back_{reason}": number for reason, number in asdict(undone).items()},
        "oldest_pending_seconds": _age(oldest, at),
        "high_confidence_queue_age_seconds": wait.machine,
        "high_confidence_waiting_for_people_seconds": wait.people,
        "time_to_auto_approval_seconds": seconds_to_approval,
    }


def summary(tallies: Sequence[Tally]) -> dict[str, int | float]:
    """The counts and rates of one kind. Numbers are 0 where there is nothing yet.

    Expiry and withdrawal count neither as a rejection nor in the approval rate, for nobody decided; what is unlikely
    counts in no rate.
    """
    pending = [each for each in tallies if each.status is ProposalStatus.PENDING]
    expired = _count(each for each in tallies if each.review_action == ReviewAction.EXPIRED)
    withdrawn = _count(each for each in tallies if each.review_action == ReviewAction.WITHDRAWN)
    unlikely = _count(each for each in tallies if each.review_action == ReviewAction.UNLIKELY)
    approved, merged = (
        _count(each for each in tallies if each.status is status)
        for status in (ProposalStatus.APPROVED, ProposalStatus.MERGED)
    )
    rejected = (
        _count(each for each in tallies if each.status is ProposalStatus.REJECTED) - expired - withdrawn - unlikely
    )
    auto_approved = _count(each for each in tallies if each.auto_approved)
    auto_reverted = _count(each for each in tallies if each.auto_reverted)
    total = _count(tallies) - unlikely
    return {
        "pending": _count(pending),
        "approved": approved,
        "rejected": rejected,
        "merged": merged,
        "expired": expired,
        "withdrawn": withdrawn,
        "unlikely": unlikely,
        "approval_rate": ratio(approved, approved + rejected + merged),
        "avg_confidence": ratio(sum(each.confidence for each in pending), _count(pending)),
        "auto_approved": auto_approved,
        "auto_approval_rate": ratio(auto_approved, total),
        "auto_approval_success_rate": ratio(auto_approved - auto_reverted, auto_approved),
        "duplicate_rate": ratio(_count(each for each in tallies if each.flagged), total),
    }


async def duplicate_verdicts(session: AsyncSession) -> Share:
    """How many of the approvals and merges by people bear out what the scan said of the proposal.

    A merge bears out a mark, an approval its absence. A mark as update says that both are worth having.
    """
    is_merged, is_marked = Proposal.status == ProposalStatus.MERGED, Proposal.similarity_type.in_(REPETITIONS)
    is_approved_unmarked = (Proposal.status == ProposalStatus.APPROVED) & Proposal.similarity_type.is_(None)
    borne_out = func.count().filter(or_(is_merged == is_marked, is_approved_unmarked))
    accepted = Proposal.status.in_((ProposalStatus.APPROVED, ProposalStatus.MERGED))
    by_people = Proposal.reviewed_by_user_id != SYSTEM_USER_ID
    row = (await session.execute(select(borne_out, func.count()).where(accepted, by_people))).one()
    return Share(*row)


async def refold(session: AsyncSession) -> bool:
    """Replaces the tallies by a recount of the same snapshot. True when they had told something else."""
    drifted = await session.scalar(sql.REFOLD)
    return bool(drifted)


def ratio(part: float, whole: float) -> float:
    """part / whole; 0 where there is nothing."""
    return part / whole if whole else 0.0


def _count(tallies: Iterable[Tally]) -> int:
    return sum(each.proposals for each in tallies)


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0


async def _tallies(session: AsyncSession) -> list[Tally]:
    proposals = cast(func.sum(ProposalTally.proposals), BigInteger)
    millionths = cast(func.sum(ProposalTally.confidence_millionths), BigInteger)
    rows = await session.execute(select(*_DIMENSIONS, proposals, millionths).group_by(*_DIMENSIONS))
    return [Tally(*row[:-1], row[-1] / 1_000_000) for row in rows]


async def _oldest(session: AsyncSession) -> dict[Kind, datetime | None]:
    pending = select(Proposal.created_at).where(outright(Proposal.status, ProposalStatus.PENDING))
    oldest = pending.order_by(Proposal.created_at).limit(1)
    found = await session.execute(select(*(oldest.where(Proposal.kind == kind).scalar_subquery() for kind in Kind)))
    return dict(zip(Kind, found.one(), strict=True))


async def _times(session: AsyncSession) -> dict[Kind, float]:
    """Average seconds to the approval of what the system approved in the last day, from when all it quotes was there.

    What quotes nothing any more counts from its proposal.
    """
    rows = await session.execute(sql.TIMES, {"system": SYSTEM_USER_ID, "since": now() - DAY})
    return {Kind(kind): seconds for kind, seconds in rows}
