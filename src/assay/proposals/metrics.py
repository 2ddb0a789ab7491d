"""The metrics document: how the queue stands and how well the machine decides.

Counts come from the tallies that triggers keep, ages from an index each: the cost does not grow with the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.models import SYSTEM_USER_ID, ProposalStatus, ReviewAction
from assay.kinds import Kind
from assay.proposals.taken_back import TakenBack, taken_back

DAY: Final = timedelta(days=1)
STATES: Final = ("pending", "approved", "rejected", "merged", "expired", "withdrawn")
"""Each proposal is in exactly one of these."""
_DIMENSIONS: Final = "kind, status, review_action, auto_approved, auto_reverted, flagged"


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

    Expiry and withdrawal count neither as a rejection nor in the approval rate, for nobody decided.
    """
    pending = [each for each in tallies if each.status is ProposalStatus.PENDING]
    expired = _count(each for each in tallies if each.review_action == ReviewAction.EXPIRED)
    withdrawn = _count(each for each in tallies if each.review_action == ReviewAction.WITHDRAWN)
    approved, merged = (
        _count(each for each in tallies if each.status is status)
        for status in (ProposalStatus.APPROVED, ProposalStatus.MERGED)
    )
    rejected = _count(each for each in tallies if each.status is ProposalStatus.REJECTED) - expired - withdrawn
    auto_approved = _count(each for each in tallies if each.auto_approved)
    auto_reverted = _count(each for each in tallies if each.auto_reverted)
    total = _count(tallies)
    return {
        "pending": _count(pending),
        "approved": approved,
        "rejected": rejected,
        "merged": merged,
        "expired": expired,
        "withdrawn": withdrawn,
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
    row = (
        await session.execute(
            text("""
            SELECT count(*) FILTER (WHERE (status = 'merged') = (similarity_type IN ('exact', 'fuzzy', 'semantic'))
                    OR status = 'approved' AND similarity_type IS NULL),
                count(*)
            FROM proposals WHERE status IN ('approved', 'merged') AND reviewed_by_user_id <> :system"""),
            {"system": SYSTEM_USER_ID},
        )
    ).one()
    return Share(*row)


async def refold(session: AsyncSession) -> bool:
    """Replaces the tallies by a recount of the same snapshot. True when they had told something else."""
    drifted = await session.scalar(
        text(f"""
        WITH told AS (
            DELETE FROM proposal_tallies RETURNING {_DIMENSIONS}, proposals
        ), truth AS (
            SELECT kind, status, coalesce(review_action, '') AS review_action, auto_approved, auto_reverted,
                similarity_score IS NOT NULL AS flagged, count(*) AS proposals,
                sum(round(confidence * 1000000)) AS confidence_millionths
            FROM proposals GROUP BY 1, 2, 3, 4, 5, 6
        ), kept AS (
            INSERT INTO proposal_tallies ({_DIMENSIONS}, proposals, confidence_millionths)
            SELECT {_DIMENSIONS}, proposals, confidence_millionths FROM truth
        ), difference AS (
            SELECT {_DIMENSIONS}, proposals FROM truth
            UNION ALL SELECT {_DIMENSIONS}, -proposals FROM told
        )
        SELECT EXISTS (SELECT FROM difference GROUP BY {_DIMENSIONS} HAVING sum(proposals) <> 0)""")  # noqa: S608
    )
    return bool(drifted)


def ratio(part: float, whole: float) -> float:
    """part / whole; 0 where there is nothing."""
    return part / whole if whole else 0.0


def _count(tallies: Iterable[Tally]) -> int:
    return sum(each.proposals for each in tallies)


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0


async def _tallies(session: AsyncSession) -> list[Tally]:
    rows = await session.execute(
        text(f"""
        SELECT {_DIMENSIONS}, sum(proposals)::bigint, sum(confidence_millionths)::float8 / 1000000
        FROM proposal_tallies GROUP BY {_DIMENSIONS}""")  # noqa: S608  # our own column names
    )
    return [Tally(Kind(kind), ProposalStatus(status), *rest) for kind, status, *rest in rows]


async def _oldest(session: AsyncSession) -> dict[Kind, datetime | None]:
    rows = await session.execute(
        text("""
        SELECT kind, (SELECT created_at FROM proposals p WHERE p.kind = k.kind AND status = 'pending'
            ORDER BY created_at LIMIT 1)
        FROM unnest(CAST(:kinds AS text[])) AS k (kind)"""),
        {"kinds": list(Kind)},
    )
    return {Kind(kind): since for kind, since in rows}


async def _times(session: AsyncSession) -> dict[Kind, float]:
    """Average seconds to the approval of what the system approved in the last day, from when all it quotes was there.

    What quotes nothing any more counts from its proposal.
    """
    rows = await session.execute(
        text("""
        SELECT kind, avg(extract(epoch FROM reviewed_at - coalesce(arrived, created_at)))::float8 FROM (
            SELECT kind, id, created_at, reviewed_at FROM proposals
            WHERE auto_approved AND status = 'approved' AND reviewed_by_user_id = :system AND reviewed_at > :since
            OFFSET 0) AS p
        CROSS JOIN LATERAL (
            SELECT max(m.ingested_at) AS arrived FROM evidence e
            CROSS JOIN LATERAL (SELECT ingested_at FROM messages WHERE messages.id = e.message_id LIMIT 1) AS m
            WHERE e.proposal_id = p.id) AS quoted
        GROUP BY kind"""),
        {"system": SYSTEM_USER_ID, "since": now() - DAY},
    )
    return {Kind(kind): seconds for kind, seconds in rows}
