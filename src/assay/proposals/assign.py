"""Saying who is to decide on proposals, so that two people do not read the same one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.identity import SCOPES_OF
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.bulk import among
from assay.db.models import Proposal, Scope, User
from assay.errors import InvalidInput
from assay.messaging.events import ProposalAssigned
from assay.proposals.gate import ANY_VERSION, lock_and_judge
from assay.proposals.outcomes import LockedProposal, Outcome, Refusal, refuse_decided


async def assign(
    session: AsyncSession,
    ids: Sequence[UUID],
    assignee_id: int | None,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Gives pending proposals to somebody to decide on, or with None to nobody. Others may still decide.

    Raises InvalidInput for one who cannot decide at all.
    """
    assignee = await _able(session, assignee_id) if assignee_id is not None else None

    def judge(row: LockedProposal) -> Outcome | None:
        return refuse_decided(row) or _refuse_own(row, assignee)

    accepted, outcomes = await lock_and_judge(session, ids, versions, judge, "Assigned." if assignee else "Given back.")
    await session.execute(
        update(Proposal)
        .where(among(Proposal.id, [row.id for row in accepted]))
        .values(assignee_user_id=assignee_id, version=Proposal.version + 1)
        .execution_options(synchronize_session=False)
    )
    name = assignee.name if assignee else None
    await record(session, actor, [_recorded(row, actor, name, notes) for row in accepted])
    return outcomes


def _recorded(row: LockedProposal, actor: Actor, assignee: str | None, notes: str | None) -> Record:
    detail = {"assignee": assignee, "notes": notes, "version": row.version + 1}
    event = ProposalAssigned(row.kind, row.id, row.title, actor.name, assignee)
    return Record.of(event, subject_id=row.id, entity_type=row.kind, detail=detail)


async def _able(session: AsyncSession, user_id: int) -> User:
    user = await session.get(User, user_id)
    if user is None or user.role is None or user.disabled_at is not None or Scope.REVIEW not in SCOPES_OF[user.role]:
        raise InvalidInput(f"Nobody with the number {user_id} can decide on proposals.")
    return user


def _refuse_own(row: LockedProposal, assignee: User | None) -> Outcome | None:
    if assignee is None or row.proposed_by_user_id != assignee.id:
        return None
    return Outcome(row.id, f"{assignee.name} proposed this and may not decide on it.", Refusal.FORBIDDEN)
