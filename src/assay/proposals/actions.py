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
    ProposalMerged,
    ProposalRejected,
    ProposalReopened,
    ProposalReverted,
    ProposalWithdrawn,
)
from assay.proposals.audit_entries import approved, changed, created
from assay.proposals.drafts import Draft
from assay.proposals.gate import ANY_VERSION, Ids, hold, judge_held, lock_and_judge, unique
from assay.proposals.merge import sql as merge_sql
from assay.proposals.merge.fields import KEEP_ALL, Choices, check
from assay.proposals.merge.plan import MergeRequest, Plan, Planned, carry_out_plan, make_plan
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
    refuse_self_merge,
    refuse_stale,
    refuse_target,
)
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


async def reject(
    session: AsyncSession,
    ids: Ids,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Declines pending proposals. They can be reopened."""
    accepted, outcomes = await lock_and_judge(session, ids, versions, refuse_decided, "Rejected.", by=actor)
    await put_away(session, accepted, ReviewAction.REJECT, actor, notes)
    await record(session, actor, [changed(ProposalRejected, row, actor, notes=notes) for row in accepted])
    return outcomes


async def put_away(
    session: AsyncSession, rows: Sequence[LockedProposal], action: ReviewAction, actor: Actor, notes: str | None
) -> None:
    """Declines proposals that nothing stands against, in the name of the action."""
    ids = [row.id for row in rows]
    await sql.decide(session, ids, status=ProposalStatus.REJECTED, action=action, actor=actor, at=now(), notes=notes)
    await sql.delete_vectors(session, ids)
    await sql.mark_unchecked(session, ids)


async def withdraw(
    session: AsyncSession,
    ids: Ids,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Takes back pending proposals of the actor's own. Like expiry it counts as nobody's verdict on them."""

    def judge(row: LockedProposal) -> Outcome | None:
        return refuse_not_own(row, actor) or refuse_decided(row)

    accepted, outcomes = await lock_and_judge(session, ids, versions, judge, "Withdrawn.")
    await put_away(session, accepted, ReviewAction.WITHDRAWN, actor, notes)
    await record(session, actor, [changed(ProposalWithdrawn, row, actor, notes=notes) for row in accepted])
    return outcomes


async def reopen(
    session: AsyncSession,
    ids: Ids,
    *,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Puts rejected and expired proposals back into the queue."""

    def judge(row: LockedProposal) -> Outcome | None:
        if row.status is ProposalStatus.REJECTED:
            return None
        state = "still pending" if row.status is ProposalStatus.PENDING else row.history()
        return conflict(row, f"Only a rejected or expired proposal can be reopened; this one is {state}.")

    accepted, outcomes = await lock_and_judge(session, ids, versions, judge, "Reopened.", by=actor)
    await sql.make_pending(session, [row.id for row in accepted], action=None, at=now())
    await record(session, actor, [changed(ProposalReopened, row, actor, notes=notes) for row in accepted])
    return outcomes


async def plan_merge(
    session: AsyncSession,
    targets: Mapping[UUID, UUID],
    *,
    actor: Actor,
    choices: Choices = KEEP_ALL,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> Planned:
    """Says what `merge` would do, and changes nothing."""
    rows = await hold(session, targets)
    into = await merge_sql.survivors(session, list({*targets.values()}))
    targets = {source: into.get(target, target) for source, target in targets.items()}
    kinds = await sql.live_entities(session, list({*targets.values()}))
    for kind in set(kinds.values()):
        check(kind, choices)

    def judge(row: LockedProposal) -> Outcome | None:
        target = targets[row.id]
        return refuse_self_merge(row, target) or refuse_decided(row) or refuse_target(row, target, kinds)

    accepted, outcomes = judge_held(targets, rows, versions, judge, "Merged.", by=actor)
    plan = await make_plan(session, [MergeRequest(row.id, targets[row.id], choices) for row in accepted])
    return Planned(plan, plan.outcomes(outcomes), {row.id: row for row in accepted})


async def merge(
    session: AsyncSession,
    targets: Mapping[UUID, UUID],
    *,
    actor: Actor,
    notes: str | None = None,
    choices: Choices = KEEP_ALL,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Merges pending proposals into live entities of their kind: `targets` names the entity for each proposal.

    A target that was merged away stands for where it went. The entity keeps its id and, but for the `choices`, its
    words; evidence, topics and links of the proposal come to it. Raises InvalidInput for a choice that cannot be.
    """
    planned = await plan_merge(session, targets, actor=actor, choices=choices, versions=versions)
    await _carry_out_merge(session, planned.rows, planned.plan, actor, notes)
    return planned.outcomes


async def _carry_out_merge(
    session: AsyncSession, rows: Mapping[UUID, LockedProposal], plan: Plan, actor: Actor, notes: str | None
) -> None:
    if not plan.steps:
        return
    at, targets = now(), plan.targets
    await sql.decide(
        session,
        list(targets),
        status=ProposalStatus.MERGED,
        action=ReviewAction.MERGE,
        actor=actor,
        at=at,
        notes=notes,
        targets=targets,
    )
    await sql.follow_to_entities(session, targets)
    numbers = await carry_out_plan(session, plan, actor, at, notes)
    records = []
    for source, target in targets.items():
        inverse = {"act": "merge", "entity_id": target, "merge": numbers[source]}
        records.append(changed(ProposalMerged, rows[source], actor, entity_id=target, notes=notes, inverse=inverse))
    await record(session, actor, records)


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
