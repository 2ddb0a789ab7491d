"""Notes on proposals, without a decision. They stand in the trail."""

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.models import Proposal
from assay.errors import Conflict
from assay.messaging.events import ProposalNoted


async def add(session: AsyncSession, proposal: Proposal, words: str, *, actor: Actor) -> None:
    """Adds a note, whatever became of the proposal. Raises Conflict where its words were erased."""
    if proposal.erased_at:
        raise Conflict("Its text was erased together with the messages it rested on.")
    event = ProposalNoted(proposal.kind, proposal.id, proposal.title, actor.name)
    await record(
        session,
        actor,
        [Record.of(event, subject_id=proposal.id, entity_type=proposal.kind, detail={"notes": words})],
    )
