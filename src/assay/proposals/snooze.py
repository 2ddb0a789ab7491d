"""Putting proposals off: until a moment they stand in a list of their own, and then on top of the queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import among
from assay.db.models import Proposal
from assay.errors import InvalidInput
from assay.messaging.events import ProposalSnoozed
from assay.proposals.gate import ANY_VERSION, lock_and_judge
from assay.proposals.outcomes import LockedProposal, Outcome, refuse_decided

MAX_SNOOZE: Final = timedelta(days=366)


async def snooze(
    session: AsyncSession, ids: Sequence[UUID], until: datetime | None, *, actor: Actor, notes: str | None = None
) -> list[Outcome]:
    """Puts pending proposals off for everybody, or with None calls them back. What they claim is not touched.

    Raises InvalidInput for a moment that has passed or is more than a year away.
    """
    if until is not None and not now() < until <= now() + MAX_SNOOZE:
        raise InvalidInput(f"until={until:%Y-%m-%d %H:%M} is not allowed: it must be a moment of the next year.")
    done = "Snoozed." if until else "Called back."
    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, refuse_decided, done)
    await session.execute(
        update(Proposal)
        .where(among(Proposal.id, [row.id for row in accepted]))
        .values(snoozed_until=until)
        .execution_options(synchronize_session=False)
    )
    await record(session, actor, [_recorded(row, actor, until, notes) for row in accepted])
    return outcomes


def _recorded(row: LockedProposal, actor: Actor, until: datetime | None, notes: str | None) -> Record:
    event = ProposalSnoozed(row.kind, row.id, row.title, actor.name, until)
    detail = {"notes": notes, "until": until}
    return Record.of(event, subject_id=row.id, entity_type=row.kind, detail=detail)
