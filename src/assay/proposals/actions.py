"""Every change of a proposal. Each action takes many, is a handful of statements, and leaves the commit to its caller.

All decisions hold one lock until the commit, so that no two of them ever wait for each other's rows in a circle.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import ChangeType, Evidence, Proposal, ProposalStatus, ReviewAction
from assay.messaging.events import (
    ProposalRejected,
    ProposalReopened,
    ProposalReverted,
    ProposalSetAside,
    ProposalWithdrawn,
)
from assay.proposals.audit_entries import approved, changed, created
from assay.proposals.drafts import Draft
from assay.proposals.gate import ANY_VERSION, Ids, hold, judge_held, unique
from assay.proposals.merge import sql as merge_sql
from assay.proposals.merge.undo import Undo, carry_out_undo, plan_undo
from assay.proposals.outcomes import (
    LockedProposal,
    Outcome,
    conflict,
    missing,
    refuse_approvals,
    refuse_decided,
    refuse_erased,
    refuse_not_own,
    refuse_own,
    refuse_stale,
)
from assay.proposals.plain_decision import PlainDecision, told_as
from assay.proposals.remarks import of_reverts, remarked
from assay.proposals.sql import decisions as sql
from assay.proposals.sql import relations

NO_GROUNDS: Final[Mapping[UUID, Mapping[str, Any]]] = MappingProxyType({})


async def propose(session: AsyncSession, drafts: Sequence[Draft], *, run_id: UUID | None, actor: Actor) -> list[UUID]:
    """Writes drafts as pending proposals. A topic name is resolved to a topic, or to a proposal of one.

    Raises InvalidInput when a draft breaks a limit; then nothing is written.
    """
    at = now()
    common = {
        "extraction_run_id": run_id,
        "proposed_by_user_id": actor.user_id,
        "proposed_by_token_id": actor.token_id,
        "created_at": at,
        "refreshed_at": at,
    }
    places = await relations.places(session, [draft.first_message_id for draft in drafts])
    await insert_rows(
        session,
        Proposal,
        [{**draft.row(), **common, **places.get(draft.first_message_id, relations.NOWHERE)} for draft in drafts],
    )
    await insert_rows(session, Evidence, [row for draft in drafts for row in draft.evidence_rows()])
    await relations.resolve_topics(session, [draft.id for draft in drafts])
    await record(session, actor, [created(draft, actor, run_id) for draft in drafts])
    return [draft.id for draft in drafts]


async def approve(
    session: AsyncSession,
    ids: Ids,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
    with_topics: bool = False,
    policy: Mapping[str, Any] | None = None,
    grounds: Mapping[UUID, Mapping[str, Any]] = NO_GROUNDS,
) -> list[Outcome]:
    """Turns pending proposals into entities of the same id.

    An atom whose topic is still pending is approved together with it, when that is among `ids` or `with_topics`
    asks for it, and waits otherwise. For the trail, `policy`: the
    rules a machine decided by, and `grounds`: what each rests on.
    """
    await hold_until_commit(session, DECISIONS)
    ids = unique(ids, *([await relations.pending_topics(session, ids)] if with_topics else []))
    rows = await sql.lock(session, ids)
    refusals = refuse_approvals(
        rows, await sql.live_twins(session, {(row.kind, row.identity_key) for row in rows.values()}), actor, versions
    )
    accepted = [row for row in rows.values() if row.id not in refusals]
    await _carry_out_approval(session, accepted, actor, notes, policy or {}, grounds)
    return [
        refusals.get(each) or (Outcome(each, "Approved.", entity_id=each) if each in rows else missing(each))
        for each in ids
    ]


async def _carry_out_approval(
    session: AsyncSession,
    rows: Sequence[LockedProposal],
    actor: Actor,
    notes: str | None,
    policy: Mapping[str, Any],
    grounds: Mapping[UUID, Mapping[str, Any]],
) -> None:
    if not rows:
        return
    ids, at = [row.id for row in rows], now()
    await sql.create_entities(session, ids, at)
    await sql.decide(
        session, ids, status=ProposalStatus.APPROVED, action=ReviewAction.APPROVE, actor=actor, at=at, notes=notes
    )
    revisions = await sql.write_revisions(session, {each: each for each in ids}, ChangeType.CREATED, actor, at, notes)
    await sql.follow_to_entities(session, {each: each for each in ids})
    await relations.file_under_topics(session, ids)
    await relations.link_atoms(session, ids)
    records = [approved(row, actor, notes, policy, grounds.get(row.id), revisions[row.id]) for row in rows]
    await record(session, actor, records)


def _refuse_to_reject(row: LockedProposal, actor: Actor) -> Outcome | None:
    return refuse_decided(row) or refuse_own(row, actor)


async def _reject(session: AsyncSession, rows: Sequence[LockedProposal], actor: Actor, notes: str | None) -> None:
    await put_away(session, rows, ReviewAction.REJECT, actor, notes)


reject: Final = PlainDecision(_refuse_to_reject, _reject, told_as(ProposalRejected), "Rejected.")
"""Declines pending proposals. They can be reopened."""


async def put_away(
    session: AsyncSession, rows: Sequence[LockedProposal], action: ReviewAction, actor: Actor, notes: str | None
) -> None:
    """Declines proposals that nothing stands against, in the name of the action."""
    ids = [row.id for row in rows]
    await sql.decide(session, ids, status=ProposalStatus.REJECTED, action=action, actor=actor, at=now(), notes=notes)
    await sql.delete_vectors(session, ids)
    await sql.mark_unchecked(session, ids)


async def _set_aside(session: AsyncSession, rows: Sequence[LockedProposal], actor: Actor, notes: str | None) -> None:
    await put_away(session, rows, ReviewAction.UNLIKELY, actor, notes)


def _refuse_to_set_aside(row: LockedProposal, _actor: Actor) -> Outcome | None:
    return refuse_decided(row)


set_aside: Final = PlainDecision(_refuse_to_set_aside, _set_aside, told_as(ProposalSetAside), "Set aside.")
"""Puts away what is hardly worth a look, as it is proposed. It can be reopened, and counts as nobody's verdict."""


def _refuse_to_withdraw(row: LockedProposal, actor: Actor) -> Outcome | None:
    return refuse_not_own(row, actor) or refuse_decided(row)


async def _withdraw(session: AsyncSession, rows: Sequence[LockedProposal], actor: Actor, notes: str | None) -> None:
    await put_away(session, rows, ReviewAction.WITHDRAWN, actor, notes)


withdraw: Final = PlainDecision(_refuse_to_withdraw, _withdraw, told_as(ProposalWithdrawn), "Withdrawn.")
"""Takes back pending proposals of the actor's own. Like expiry it counts as nobody's verdict on them."""


def _refuse_to_reopen(row: LockedProposal, actor: Actor) -> Outcome | None:
    if row.status is ProposalStatus.REJECTED:
        return refuse_own(row, actor)
    state = "still pending" if row.status is ProposalStatus.PENDING else row.history()
    return conflict(row, f"Only a rejected or expired proposal can be reopened; this one is {state}.")


async def _reopen(session: AsyncSession, rows: Sequence[LockedProposal], _actor: Actor, _notes: str | None) -> None:
    await sql.make_pending(session, [row.id for row in rows], action=None, at=now())


reopen: Final = PlainDecision(_refuse_to_reopen, _reopen, told_as(ProposalReopened), "Reopened.")
"""Puts rejected and expired proposals back into the queue."""


async def revert(
    session: AsyncSession,
    ids: Ids,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Undoes approvals and merges: the proposals are pending again and knowledge is as it was before.

    Refused where somebody has built on the entity since.
    """
    rows = await hold(session, ids)
    may = [
        row.id
        for row in rows.values()
        if not (refuse_stale(row, versions) or refuse_erased(row) or refuse_own(row, actor))
    ]
    undo = await plan_undo(session, list((await merge_sql.merges_of(session, may, of_entity=False)).values()))
    revisions = await sql.approved_revisions(session, ids)
    away = await merge_sql.merges_of(session, ids, of_entity=True)
    live = await sql.live_entities(session, ids)
    later = await sql.built_upon(session, revisions, [merge.source_id for merge in undo.accepted])

    def judge(row: LockedProposal) -> Outcome | None:
        if row.status is ProposalStatus.MERGED:
            return conflict(row, undo.refused[row.id]) if row.id in undo.refused else None
        if row.status is not ProposalStatus.APPROVED:
            return conflict(row, f"Only an approval or a merge can be reverted; this proposal is {row.status}.")
        if row.id in away:
            return conflict(row, f"Since then it was merged into {row.kind} {away[row.id].target_id}: undo that first.")
        if row.id not in live:
            return conflict(row, f"{row.kind.capitalize()} {row.id} was withdrawn since.")
        if row.id in later:
            return conflict(row, f"Since then {later[row.id]}: undo that first.")
        return None

    accepted, outcomes = judge_held(ids, rows, versions, judge, "Reverted.", by=actor)
    remarks = await of_reverts(session, [row.id for row in accepted])
    await _carry_out_revert(session, accepted, undo, actor, notes)
    return remarked(outcomes, remarks)


async def _carry_out_revert(
    session: AsyncSession, rows: Sequence[LockedProposal], undo: Undo, actor: Actor, notes: str | None
) -> None:
    if not rows:
        return
    at = now()
    await carry_out_undo(session, undo, actor, at, notes)
    withdrawn = [row.id for row in rows if row.status is ProposalStatus.APPROVED]
    await sql.withdraw_entities(session, withdrawn)
    await sql.touch_entities(session, withdrawn, at)
    await sql.write_revisions(session, {each: each for each in withdrawn}, ChangeType.REVERTED, actor, at, notes)
    await sql.make_pending(session, [row.id for row in rows], action=ReviewAction.REVERTED, at=at)
    await sql.mark_unchecked(session, withdrawn)
    await record(
        session,
        actor,
        [changed(ProposalReverted, row, actor, entity_id=row.entity_id, notes=notes) for row in rows],
    )
