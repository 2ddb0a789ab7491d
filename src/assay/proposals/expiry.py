"""How many proposals may expire at once without a person.

A clock that is ahead makes everything look old, and so does a queue that nobody has looked at for long. What expires by
itself is a small part of what waits; more than that waits for somebody to say so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, ProposalStatus

MIN_AT_ONCE: Final = 10
"""So many expire whatever their share: else a small queue would never get rid of its few."""
MAX_SHARE: Final = 0.2
"""Of all that is pending."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Pending proposals that have waited longer than allowed, among all that are pending."""

    number: int
    pending: int

    @property
    def needs_a_person(self) -> bool:
        return self.number > max(MIN_AT_ONCE, MAX_SHARE * self.pending)

    @property
    def sentence(self) -> str:
        return (
            f"{self.number} of {self.pending} pending proposals have waited longer than allowed. That is more than may "
            "expire at once: a clock may have been ahead. None of them expires until somebody says so: assay "
            "proposals expire"
        )


async def overdue(session: AsyncSession, cutoff: datetime) -> Overdue:
    """Those that have waited since before the cutoff."""
    old = func.count().filter(Proposal.refreshed_at < cutoff)
    found = await session.execute(select(old, func.count()).where(Proposal.status == ProposalStatus.PENDING))
    return Overdue(*found.one())
