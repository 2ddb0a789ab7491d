"""How sure the pending proposals are, and what stands against them besides: by what the line is set."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import ProposalStatus
from assay.kinds import Kind
from assay.review import queries
from assay.review.policy import Hold, Policy

BINS: Final = 50
EDGES: Final = [number / BINS for number in range(BINS + 1)]
OF_THE_LINE: Final = frozenset({Hold.BELOW_THRESHOLD, Hold.TOPIC_PENDING, Hold.NO_ATOMS})
"""What falls away by moving the line, or with what moving it lets go."""


@dataclass(slots=True)
class Bin:
    """Pending proposals of a confidence from `start` to below `end` (1 belongs to the last)."""

    start: float
    end: float
    clean: int = 0
    """Nothing but the line stands against them."""
    duplicate: int = 0
    held: int = 0
    """Held for any other reason."""


async def histogram(session: AsyncSession, policy: Policy, *, scorer: str, kind: Kind | None = None) -> list[Bin]:
    """BINS of equal width, from one statement over all proposals."""
    counted: Counter[tuple[int, str]] = Counter()
    async for each in queries.everything(session, scorer=scorer, thresholds=[*EDGES[1:-1], *policy.thresholds]):
        if each.status is ProposalStatus.PENDING and kind in {None, each.facts.kind}:
            place = min(int(each.facts.confidence * BINS + 1e-9), BINS - 1)
            counted[place, _stands(policy, each)] += each.number
    return [
        Bin(
            EDGES[place],
            EDGES[place + 1],
            **{name: counted[place, name] for name in ("clean", "duplicate", "held")},
        )
        for place in range(BINS)
    ]


def _stands(policy: Policy, each: queries.Alike) -> str:
    others = set(policy.reasons(each.facts)) - OF_THE_LINE
    if not others:
        return "clean"
    return "duplicate" if Hold.DUPLICATE in others else "held"
