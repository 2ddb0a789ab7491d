"""Putting away what nobody decided on in time, and how many may expire at once without a person.

A clock that is ahead makes everything look old, and so does a queue that nobody has looked at for long. What expires by
itself is a small part of what waits; more than that waits for somebody to say so.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM, Actor
from assay.db.models import Proposal, ProposalStatus, ReviewAction
from assay.kinds import Kind
from assay.messaging.events import ProposalExpired, ProposalsExpired, ProposalsExpiring, ProposalsExpiryHeld
from assay.proposals import queries
from assay.proposals.actions import put_away
from assay.proposals.audit_entries import changed
from assay.proposals.gate import ANY_VERSION, Ids, lock_and_judge
from assay.proposals.outcomes import Outcome, refuse_decided

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


async def expire(session: AsyncSession, ids: Ids, *, actor: Actor, days: int) -> list[Outcome]:
    """Puts away what nobody decided in time. It can be reopened, and never counts as a person's rejection."""
    note = f"Auto-rejected: expired after {days} days"
    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, refuse_decided, f"{note}.")
    await put_away(session, accepted, ReviewAction.EXPIRED, actor, note)
    if accepted:
        kinds = Counter(row.kind for row in accepted)
        summary = ProposalsExpired(kinds[Kind.TOPIC], kinds[Kind.ATOM], kinds.total())
        each = [changed(ProposalExpired, row, actor, notes=note) for row in accepted]
        await record(session, actor, [*each, Record.of(summary)])
    return outcomes


async def announce_expiring(session: AsyncSession, *, before: datetime, until: datetime) -> int:
    """Announces how many pending proposals will expire until then: those that have waited since before `before`."""
    count = await queries.count_stale(session, before)
    if count:
        await record(session, SYSTEM, [Record.of(ProposalsExpiring(count, until))])
    return count


async def announce_held(session: AsyncSession, found: Overdue) -> None:
    """Announces that so many would have expired at once that it waits for a person."""
    await record(session, SYSTEM, [Record.of(ProposalsExpiryHeld(found.number, found.pending))])
