"""What a policy would do: on the queue as it is, and on what people decided before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import ProposalStatus
from assay.duplicates.interval import wilson
from assay.errors import NotFound
from assay.policies import queries as policies
from assay.policies.document import amended
from assay.policies.queries import InForce
from assay.review import queries
from assay.review.policy import Hold, Policy
from assay.review.together import judged
from assay.settings import Settings


@dataclass(slots=True)
class Simulation:
    """How one policy decides."""

    pending: int = 0
    would_approve: int = 0
    held: Counter[Hold] = field(default_factory=Counter)
    """Pending proposals that would wait, by the first reason."""
    decided_by_people: int = 0
    would_have_approved: Counter[ProposalStatus] = field(default_factory=Counter)
    """Of what people decided: how many it would have approved, by what they decided."""

    def document(self) -> dict[str, Any]:
        would = self.would_have_approved
        return {
            "queue": {"pending": self.pending, "would_approve": self.would_approve, "held": dict(self.held)},
            "history": {
                "decided_by_people": self.decided_by_people,
                "would_approve": would.total(),
                "approved": would[ProposalStatus.APPROVED],
                "rejected": would[ProposalStatus.REJECTED],
                "duplicates": would[ProposalStatus.MERGED],
                "precision": self.precision(),
            },
        }

    def precision(self) -> dict[str, float] | None:
        """Which share of what it would have approved people approved as well; None where that is nothing."""
        of, right = self.would_have_approved.total(), self.would_have_approved[ProposalStatus.APPROVED]
        if not of:
            return None
        low, high = wilson(right, of)
        return {"share": right / of, "low": low, "high": high, "of": of}

    def sentence(self) -> str:
        would = self.would_have_approved
        return (
            f"Would approve {self.would_approve} of {self.pending} pending proposals. Of {self.decided_by_people} that "
            f"people decided it would have approved {would.total()}: {would[ProposalStatus.REJECTED]} of them were "
            f"rejected, {would[ProposalStatus.MERGED]} are duplicates."
        )


@dataclass(slots=True)
class Agreement:
    """How two policies decide the same proposals."""

    both: int = 0
    first_only: int = 0
    second_only: int = 0
    neither: int = 0

    @property
    def share(self) -> float:
        """Of all proposals, those on which they agree; 0 where there are none."""
        whole = self.both + self.first_only + self.second_only + self.neither
        return (self.both + self.neither) / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """The policy in force beside another, on the same proposals."""

    in_force: Simulation
    candidate: Simulation
    agreement: Agreement

    def document(self) -> dict[str, Any]:
        return {
            "sentence": self.candidate.sentence(),
            "in_force": self.in_force.document(),
            "candidate": self.candidate.document(),
            "agreement": {**asdict(self.agreement), "share": self.agreement.share},
        }


async def tried(session: AsyncSession, changes: Mapping[str, Any], *, settings: Settings, scorer: str) -> Trial:
    """What the rules in force would do after the changes, a JSON merge patch. Raises InvalidInput."""
    now = await policies.current(session)
    candidate = InForce(now.version, amended(now.document, changes))
    return await _tried(session, Policy.of(settings, now), Policy.of(settings, candidate), scorer)


async def shadow(session: AsyncSession, *, settings: Settings, scorer: str) -> Trial:
    """What the shadow rules decide on paper. Raises NotFound where there are none."""
    now = await policies.current(session)
    if now.document.shadow is None:
        raise NotFound("The policy has no shadow: give it one under the rule `shadow`.")
    live = Policy.of(settings, now)
    return await _tried(session, live, live.shadowed(now.document.shadow), scorer)


async def _tried(session: AsyncSession, live: Policy, candidate: Policy, scorer: str) -> Trial:
    (in_force, other), agreement = await simulate(session, (live, candidate), scorer=scorer)
    return Trial(in_force, other, agreement)


async def simulate(
    session: AsyncSession, candidates: Sequence[Policy], *, scorer: str
) -> tuple[list[Simulation], Agreement]:
    """Judges all proposals by each of the policies, and compares the first with the last. One pass, one statement.

    Whether auto-approval is switched on does not matter here. Nothing is changed.
    """
    results, agreement = [Simulation() for _ in candidates], Agreement()
    thresholds = [threshold for policy in candidates for threshold in policy.thresholds]
    found = queries.everything(session, scorer=scorer, thresholds=thresholds)
    async for each, holds, number in judged(found, candidates):
        for result, hold in zip(results, holds, strict=True):
            _count(result, each, hold, number)
        _compare(agreement, number, holds[0] is None, holds[-1] is None)
    return results, agreement


def _count(result: Simulation, each: queries.Alike, hold: Hold | None, number: int) -> None:
    if each.status is ProposalStatus.PENDING:
        result.pending += number
        if hold:
            result.held[hold] += number
        else:
            result.would_approve += number
    elif each.by_people:
        result.decided_by_people += number
        if hold is None:
            result.would_have_approved[each.status] += number


def _compare(agreement: Agreement, number: int, first: bool, second: bool) -> None:
    match first, second:
        case True, True:
            agreement.both += number
        case True, False:
            agreement.first_only += number
        case False, True:
            agreement.second_only += number
        case _:
            agreement.neither += number
