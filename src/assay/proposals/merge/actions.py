"""Merging pending proposals into what is approved."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import ProposalStatus, ReviewAction
from assay.messaging.events import ProposalMerged
from assay.proposals.audit_entries import changed
from assay.proposals.gate import ANY_VERSION, hold, judge_held
from assay.proposals.merge import sql as merge_sql
from assay.proposals.merge.fields import KEEP_ALL, Choices, check
from assay.proposals.merge.plan import MergeRequest, Plan, Planned, carry_out_plan, make_plan
from assay.proposals.outcomes import LockedProposal, Outcome, refuse_decided, refuse_self_merge, refuse_target
from assay.proposals.sql import decisions as sql


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
