"""Every change of a proposal. Each action takes many, is a handful of statements, and leaves the commit to its caller.

All decisions hold one lock until the commit, so that no two of them ever wait for each other's rows in a circle.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM, Actor
from assay.clock import now
from assay.db.bulk import insert_rows
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import DedupState, Evidence, Proposal, ProposalStatus, ReviewAction
from assay.kinds import Kind
from assay.messaging.events import (
    FailuresReset,
    ProposalExpired,
    ProposalRejected,
    ProposalReopened,
    ProposalsExpired,
    ProposalsExpiring,
    ProposalsExpiryHeld,
    ProposalWithdrawn,
)
from assay.proposals import queries, relations, sql
from assay.proposals.audit_entries import changed, created
from assay.proposals.drafts import Draft
from assay.proposals.effects import carry_out_approval, carry_out_merge, carry_out_revert, put_away
from assay.proposals.expiry import Overdue
from assay.proposals.merge import sql as merge_sql
from assay.proposals.merge.fields import Choices, check
from assay.proposals.merge.plan import Planned, Request, make_plan
from assay.proposals.merge.undo import plan_undo
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

ANY_VERSION: Final[Mapping[UUID, int]] = MappingProxyType({})
NO_GROUNDS: Final[Mapping[UUID, Mapping[str, Any]]] = MappingProxyType({})
KEEP_ALL: Final[Choices] = MappingProxyType({})


Ids = Sequence[UUID]
Judge = Callable[[LockedProposal], Outcome | None]


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
    await carry_out_approval(session, accepted, actor, notes, policy or {}, grounds)
    return [
        refusals.get(each) or (Outcome(each, "Approved.", entity_id=each) if each in rows else missing(each))
        for each in ids
    ]


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


async def withdraw(session: AsyncSession, ids: Ids, *, actor: Actor, notes: str | None = None) -> list[Outcome]:
    """Takes back pending proposals of the actor's own. Like expiry it counts as nobody's verdict on them."""

    def judge(row: LockedProposal) -> Outcome | None:
        return refuse_not_own(row, actor) or refuse_decided(row)

    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, judge, "Withdrawn.")
    await put_away(session, accepted, ReviewAction.WITHDRAWN, actor, notes)
    await record(session, actor, [changed(ProposalWithdrawn, row, actor, notes=notes) for row in accepted])
    return outcomes


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


async def reopen(session: AsyncSession, ids: Ids, *, actor: Actor, notes: str | None = None) -> list[Outcome]:
    """Puts rejected and expired proposals back into the queue."""

    def judge(row: LockedProposal) -> Outcome | None:
        if row.status is ProposalStatus.REJECTED:
            return None
        state = "still pending" if row.status is ProposalStatus.PENDING else row.history()
        return conflict(row, f"Only a rejected or expired proposal can be reopened; this one is {state}.")

    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, judge, "Reopened.", by=actor)
    await sql.make_pending(session, [row.id for row in accepted], action=None, at=now())
    await record(session, actor, [changed(ProposalReopened, row, actor, notes=notes) for row in accepted])
    return outcomes


async def plan_merge(
    session: AsyncSession, targets: Mapping[UUID, UUID], *, actor: Actor, choices: Choices = KEEP_ALL
) -> Planned:
    """Says what `merge` would do, and changes nothing."""
    await hold_until_commit(session, DECISIONS)
    into = await merge_sql.survivors(session, unique(targets.values()))
    targets = {source: into.get(target, target) for source, target in targets.items()}
    kinds = await sql.live_entities(session, unique(targets.values()))
    for kind in set(kinds.values()):
        check(kind, choices)

    def judge(row: LockedProposal) -> Outcome | None:
        target = targets[row.id]
        return refuse_self_merge(row, target) or refuse_decided(row) or refuse_target(row, target, kinds)

    accepted, outcomes = await lock_and_judge(session, list(targets), ANY_VERSION, judge, "Merged.", by=actor)
    plan = await make_plan(session, [Request(row.id, targets[row.id], choices) for row in accepted])
    return Planned(plan, plan.outcomes(outcomes), {row.id: row for row in accepted})


async def merge(
    session: AsyncSession,
    targets: Mapping[UUID, UUID],
    *,
    actor: Actor,
    notes: str | None = None,
    choices: Choices = KEEP_ALL,
) -> list[Outcome]:
    """Merges pending proposals into live entities of their kind: `targets` names the entity for each proposal.

    A target that was merged away stands for where it went. The entity keeps its id and, but for the `choices`, its
    words; evidence, topics and links of the proposal come to it. Raises InvalidInput for a choice that cannot be.
    """
    planned = await plan_merge(session, targets, actor=actor, choices=choices)
    await carry_out_merge(session, planned.rows, planned.plan, actor, notes)
    return planned.outcomes


async def revert(session: AsyncSession, ids: Ids, *, actor: Actor, notes: str | None = None) -> list[Outcome]:
    """Undoes approvals and merges: the proposals are pending again and knowledge is as it was before.

    Refused where somebody has built on the entity since.
    """
    await hold_until_commit(session, DECISIONS)
    rows = await sql.lock(session, ids)
    merged = [row.id for row in rows.values() if not refuse_own(row, actor)]
    undo = await plan_undo(session, list((await merge_sql.merges_of(session, merged, of_entity=False)).values()))
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

    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, judge, "Reverted.", by=actor)
    remarks = await of_reverts(session, [row.id for row in accepted])
    await carry_out_revert(session, accepted, undo, actor, notes)
    return remarked(outcomes, remarks)


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


async def try_again(session: AsyncSession, ids: Ids, *, actor: Actor, notes: str | None = None) -> list[Outcome]:
    """Lets the machine try at once what failed and rests, or waits for a person after too many failures."""

    def judge(row: LockedProposal) -> Outcome | None:
        return refuse_decided(row) or (None if row.failures else conflict(row, "The machine has not failed on it."))

    accepted, outcomes = await lock_and_judge(session, ids, ANY_VERSION, judge, "It is tried again.")
    await reset_failures(session, [row.id for row in accepted])
    await record(session, actor, [_forgiven(row, actor, notes) for row in accepted])
    return outcomes


def _forgiven(row: LockedProposal, actor: Actor, notes: str | None) -> Record:
    detail = {"notes": notes, "failures": row.failures}
    event = FailuresReset(row.kind, row.id, row.title, actor.name)
    return Record.of(event, subject_id=row.id, entity_type=row.kind, detail=detail)


async def reset_failures(session: AsyncSession, ids: Ids) -> None:
    """Forgets the failures of proposals, for the machine succeeded or is to try at once."""
    await session.execute(
        update(Proposal)
        .where(Proposal.id.in_(ids), Proposal.failures > 0)
        .values(failures=0, retry_at=None, last_error=None)
    )


async def lock_and_judge(
    session: AsyncSession, ids: Ids, versions: Mapping[UUID, int], judge: Judge, done: str, *, by: Actor = SYSTEM
) -> tuple[list[LockedProposal], list[Outcome]]:
    """Holds the proposals and says of each whether the decision may be carried out. `by`: who decides."""
    await hold_until_commit(session, DECISIONS)
    ids = unique(ids)
    rows = await sql.lock(session, ids)
    refusals = {
        row.id: refuse_erased(row) or refuse_stale(row, versions) or judge(row) or refuse_own(row, by)
        for row in rows.values()
    }
    accepted = [row for row in rows.values() if refusals[row.id] is None]
    outcomes = [(refusals[each] or Outcome(each, done)) if each in rows else missing(each) for each in ids]
    return accepted, outcomes


def unique(*groups: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(each for group in groups for each in group))
