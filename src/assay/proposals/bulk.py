"""Decisions on many proposals, a portion at a time: each portion is one transaction, together with how far it is.

Whoever asked for one carries it on, portion by portion. Left alone it stays as it is, and can be carried on or undone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import among
from assay.db.models import BulkDecision, Proposal, ProposalStatus, ReviewAction, SimilarityType
from assay.errors import Conflict, InvalidInput, NotFound
from assay.kinds import Kind
from assay.proposals import actions
from assay.proposals.assign import assign
from assay.proposals.merge import actions as merging
from assay.proposals.outcomes import Outcome, Refusal
from assay.proposals.snooze import snooze

PORTION: Final = 250


class BulkAction(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    MERGE = "merge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    GROUP = "group"
    """What says the same, decided as one. It is not begun but noted, when it is done."""
    UNDO = "undo"


LIKE_NOTHING: Final = "It is like nothing that is known."
LIKE_A_PENDING_ONE: Final = "What it is like waits itself: decide on that first."
SAYS_SOMETHING_ELSE: Final = "It says something else about the same thing: look at it by itself."
A_GROUP_IS_NOTED: Final = "A group is decided by what stands in its middle: POST /api/v1/review/groups/ID/decide."
GIVEN_BACK: Final = frozenset({BulkAction.ASSIGN, BulkAction.SNOOZE})
"""Undone by doing it with nobody, or with no date."""
DECISIONS_OF: Final[Mapping[BulkAction, ReviewAction]] = {
    BulkAction.APPROVE: ReviewAction.APPROVE,
    BulkAction.REJECT: ReviewAction.REJECT,
    BulkAction.MERGE: ReviewAction.MERGE,
}


class BulkOrder(BaseModel):
    """What is to be done with each. Of the arguments those count that belong to the action."""

    action: BulkAction
    notes: str | None = None
    with_topics: bool = False
    into: UUID | None = None
    """Of a merge; None: each into the knowledge that it repeats."""
    to: int | None = None
    """Who is to decide; None: nobody."""
    until: datetime | None = None
    """Until when it is put off; None: it is called back."""
    only: ReviewAction | None = None
    """Of an undo: what the decision must have been."""
    versions: dict[UUID, int] = {}


async def begin(
    session: AsyncSession, order: BulkOrder, ids: Sequence[UUID], *, actor: Actor, undoes: UUID | None = None
) -> BulkDecision:
    """Notes what is to be done. Nothing is done yet. Topics come before the atoms that may wait for them."""
    if order.action is not BulkAction.UNDO:
        rows = await session.execute(
            select(Proposal.id, Proposal.version)
            .where(Proposal.id.in_(ids))
            .order_by(case((Proposal.kind == Kind.TOPIC, 0), else_=1), Proposal.created_at, Proposal.id)
        )
        known = dict(rows.tuples().all())
        order = order.model_copy(update={"versions": known | order.versions})
        ids = [*known, *(each for each in ids if each not in known)]
    bulk = BulkDecision(
        user_id=actor.user_id,
        action=order.action,
        arguments=order.model_dump(mode="json", exclude_defaults=True),
        proposal_ids=list(ids),
        undoes_id=undoes,
        finished_at=None if ids else now(),
    )
    session.add(bulk)
    await session.flush()
    await session.refresh(bulk)
    return bulk


async def advance(session: AsyncSession, bulk_id: UUID, *, actor: Actor) -> BulkDecision:
    """Carries out the next portion; does nothing more where all is done. Raises NotFound for somebody else's."""
    bulk = await mine(session, bulk_id, actor=actor, hold=True)
    portion = bulk.proposal_ids[bulk.taken : bulk.taken + PORTION]
    if not portion:
        return bulk
    outcomes = await act(session, BulkOrder.model_validate(bulk.arguments), portion, actor=actor)
    bulk.taken += len(portion)
    bulk.done_ids = [*bulk.done_ids, *(each.id for each in outcomes if each.done)]
    bulk.refusals = {**bulk.refusals, **{str(each.id): each.message for each in outcomes if not each.done}}
    bulk.finished_at = now() if bulk.taken == len(bulk.proposal_ids) else None
    await session.flush()
    return bulk


async def undo(session: AsyncSession, bulk_id: UUID, *, actor: Actor) -> BulkDecision:
    """Notes that what a bulk decision did so far is to be undone, the last first; it goes on no more.

    An assignment is given back to nobody, a snooze called back. Raises NotFound, and Conflict for an undo.
    """
    bulk = await mine(session, bulk_id, actor=actor, hold=True)
    done = BulkAction(bulk.action)
    if done is BulkAction.UNDO:
        raise Conflict("This was itself an undo: repeat the decision that it undid.")
    bulk.proposal_ids = bulk.proposal_ids[: bulk.taken]
    bulk.finished_at = bulk.finished_at or now()
    undoing = BulkOrder(action=BulkAction.UNDO, only=DECISIONS_OF.get(done))
    order = BulkOrder(action=done) if done in GIVEN_BACK else undoing
    return await begin(session, order, bulk.done_ids[::-1], actor=actor, undoes=bulk.id)


async def note_group(session: AsyncSession, outcomes: Sequence[Outcome], *, actor: Actor) -> BulkDecision:
    """Notes that a group was decided, so that it can be undone as a whole."""
    bulk = BulkDecision(
        user_id=actor.user_id,
        action=BulkAction.GROUP,
        arguments={},
        proposal_ids=[each.id for each in outcomes],
        taken=len(outcomes),
        done_ids=[each.id for each in outcomes if each.done],
        refusals={str(each.id): each.message for each in outcomes if not each.done},
        finished_at=now(),
    )
    session.add(bulk)
    await session.flush()
    return bulk


async def mine(session: AsyncSession, bulk_id: UUID, *, actor: Actor, hold: bool = False) -> BulkDecision:
    """Raises NotFound, also for somebody else's."""
    wanted = select(BulkDecision).where(BulkDecision.id == bulk_id, BulkDecision.user_id == actor.user_id)
    found = (await session.scalars(wanted.with_for_update() if hold else wanted)).one_or_none()
    if found is None:
        raise NotFound(f"You have no bulk decision {bulk_id}.")
    return found


async def latest(session: AsyncSession, *, actor: Actor, limit: int) -> Sequence[BulkDecision]:
    """The actor's own, the newest first."""
    own = select(BulkDecision).where(BulkDecision.user_id == actor.user_id)
    return (await session.scalars(own.order_by(BulkDecision.created_at.desc()).limit(limit))).all()


async def act(session: AsyncSession, order: BulkOrder, ids: Sequence[UUID], *, actor: Actor) -> list[Outcome]:
    """Does it with each of them, in a handful of statements."""
    versions = {each: version for each, version in order.versions.items() if each in set(ids)}
    match order.action:
        case BulkAction.APPROVE:
            return await actions.approve(
                session, ids, actor=actor, notes=order.notes, versions=versions, with_topics=order.with_topics
            )
        case BulkAction.REJECT:
            return await actions.reject(session, ids, actor=actor, notes=order.notes, versions=versions)
        case BulkAction.MERGE:
            return await _merge(session, order, ids, actor)
        case BulkAction.ASSIGN:
            return await assign(session, ids, order.to, actor=actor, notes=order.notes)
        case BulkAction.SNOOZE:
            return await snooze(session, ids, order.until, actor=actor, notes=order.notes)
        case BulkAction.UNDO:
            return await _undo(session, order, ids, actor)
        case BulkAction.GROUP:
            raise InvalidInput(A_GROUP_IS_NOTED)


async def _merge(session: AsyncSession, order: BulkOrder, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
    if order.into:
        return await merging.merge(session, dict.fromkeys(ids, order.into), actor=actor, notes=order.notes)
    likes, refused = await _likes(session, ids)
    outcomes = await merging.merge(session, likes, actor=actor, notes=order.notes)
    return [*outcomes, *(Outcome(each, sentence, Refusal.CONFLICT) for each, sentence in refused.items())]


async def _likes(session: AsyncSession, ids: Sequence[UUID]) -> tuple[dict[UUID, UUID], dict[UUID, str]]:
    """What each is to be merged into, and of those that are left to a look of their own the reason."""
    rows = await session.execute(
        select(Proposal.id, Proposal.similar_entity_id, Proposal.similar_proposal_id, Proposal.similarity_type).where(
            Proposal.id.in_(ids)
        )
    )
    targets, refused = {}, dict.fromkeys(ids, LIKE_NOTHING)
    for proposal_id, entity_id, earlier_id, similarity in rows:
        if similarity is SimilarityType.UPDATE:
            refused[proposal_id] = SAYS_SOMETHING_ELSE
        elif entity_id:
            targets[proposal_id] = entity_id
            del refused[proposal_id]
        elif earlier_id:
            refused[proposal_id] = LIKE_A_PENDING_ONE
    return targets, refused


async def _undo(session: AsyncSession, order: BulkOrder, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
    """Undoes the actor's own decisions. What somebody decided since stays."""
    own = select(Proposal.id, Proposal.status).where(
        among(Proposal.id, ids), Proposal.reviewed_by_user_id == actor.user_id
    )
    if order.only is not None:
        own = own.where(Proposal.review_action == order.only)
    states = dict((await session.execute(own)).tuples().all())
    rejected = [each for each in ids if states.get(each) == ProposalStatus.REJECTED]
    accepted = [each for each in ids if each in states and states[each] != ProposalStatus.REJECTED]
    since = [each for each in ids if each not in states]
    return [
        *(await actions.reopen(session, rejected, actor=actor, notes=order.notes)),
        *(await actions.revert(session, accepted, actor=actor, notes=order.notes)),
        *(Outcome(each, "Your decision holds no more: it was changed since.", Refusal.CONFLICT) for each in since),
    ]
