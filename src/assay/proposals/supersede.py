"""Putting a pending proposal in the place of what is approved and does not hold any more."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.models import Proposal
from assay.messaging.events import EntitySuperseded
from assay.proposals import actions
from assay.proposals.contradictions import superseded_by
from assay.proposals.gate import ANY_VERSION, hold
from assay.proposals.outcomes import LockedProposal, Outcome, conflict, missing


async def supersede(
    session: AsyncSession,
    proposal_id: UUID,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
    with_topics: bool = False,
) -> list[Outcome]:
    """Approves a proposal and withdraws the entity that it says something else about, in one act.

    The proposal of the old one is rejected. Where either cannot be, nothing changes, and the outcome says why.
    """
    row = (await hold(session, [proposal_id])).get(proposal_id)
    if row is None:
        return [missing(proposal_id)]
    old = await superseded_by(session, await session.get_one(Proposal, proposal_id, populate_existing=True))
    savepoint = await session.begin_nested()
    outcomes = await actions.approve(
        session, [proposal_id], actor=actor, notes=notes, versions=versions, with_topics=with_topics
    )
    if all(each.done for each in outcomes):
        outcomes = await _withdraw(session, old, row, actor) or outcomes
    await (savepoint.commit() if all(each.done for each in outcomes) else savepoint.rollback())
    return outcomes


async def _withdraw(session: AsyncSession, old: UUID | None, row: LockedProposal, actor: Actor) -> list[Outcome]:
    """Takes the old entity away; a refusal where there is none, or something stands against that."""
    if old is None:
        return [conflict(row, "It says nothing else than what is approved: approve it.")]
    notes = f"Superseded by {row.id}: {row.title}"
    before = (await hold(session, [old]))[old]
    for act in (actions.revert, actions.reject):
        [outcome] = await act(session, [old], actor=actor, notes=notes)
        if not outcome.done:
            return [conflict(row, f"What it would take the place of cannot be withdrawn. {outcome.message}")]
    event = EntitySuperseded(before.kind, old, before.title, actor.name, row.id)
    await record(session, actor, [Record.of(event, subject_id=old, entity_type=before.kind, detail={"notes": notes})])
    return []
