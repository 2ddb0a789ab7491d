"""What the machine failed on: counted, left to rest, and given back to it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import DedupState, Proposal, ProposalStatus
from assay.messaging.events import FailuresReset
from assay.proposals.gate import Ids
from assay.proposals.outcomes import LockedProposal, Outcome, conflict, refuse_decided
from assay.proposals.plain_decision import PlainDecision


async def note_failure(
    session: AsyncSession, proposal_id: UUID, error: str, *, backoff: Callable[[int], timedelta], at: datetime
) -> None:
    """Counts a failed attempt of the machine. The proposal stays pending and rests for `backoff(failures)`."""
    proposal = await session.get(Proposal, proposal_id, with_for_update={"key_share": True})
    if proposal and proposal.status is ProposalStatus.PENDING:
        proposal.failures += 1
        proposal.last_error = error
        proposal.retry_at = at + backoff(proposal.failures)


async def note_failed_scans(session: AsyncSession, ids: Ids) -> None:
    """Says of proposals that the search for duplicates failed, which is not the same as having found none."""
    changes = {"dedup_state": DedupState.ERROR, "dedup_checked_at": now()}
    await session.execute(
        update(Proposal).where(Proposal.id.in_(ids), Proposal.status == ProposalStatus.PENDING).values(**changes)
    )


def _refuse_to_try(row: LockedProposal, _actor: Actor) -> Outcome | None:
    return refuse_decided(row) or (None if row.failures else conflict(row, "The machine has not failed on it."))


async def _forgive(session: AsyncSession, rows: Sequence[LockedProposal], _actor: Actor, _notes: str | None) -> None:
    await reset_failures(session, [row.id for row in rows])


def _forgiven(row: LockedProposal, actor: Actor, notes: str | None) -> Record:
    detail = {"notes": notes, "failures": row.failures}
    event = FailuresReset(row.kind, row.id, row.title, actor.name)
    return Record.of(event, subject_id=row.id, entity_type=row.kind, detail=detail)


try_again: Final = PlainDecision(_refuse_to_try, _forgive, _forgiven, "It is tried again.")
"""Lets the machine try at once what failed and rests, or waits for a person after too many failures."""


async def reset_failures(session: AsyncSession, ids: Ids) -> None:
    """Forgets the failures of proposals, for the machine succeeded or is to try at once."""
    await session.execute(
        update(Proposal)
        .where(Proposal.id.in_(ids), Proposal.failures > 0)
        .values(failures=0, retry_at=None, last_error=None)
    )
