"""What decisions do once nothing stands against them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import ChangeType, ProposalStatus, ReviewAction
from assay.messaging.events import ProposalMerged, ProposalReverted
from assay.proposals import relations, sql
from assay.proposals.audit_entries import approved, changed
from assay.proposals.merge.plan import Plan, carry_out_plan
from assay.proposals.merge.undo import Undo, carry_out_undo
from assay.proposals.outcomes import LockedProposal


async def carry_out_approval(
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
    await relations.file_under_topics(session, ids)
    await relations.link_atoms(session, ids)
    await sql.follow_to_entities(session, {each: each for each in ids})
    records = [approved(row, actor, notes, policy, grounds.get(row.id), revisions[row.id]) for row in rows]
    await record(session, actor, records)


async def carry_out_merge(
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


async def carry_out_revert(
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


async def put_away(
    session: AsyncSession, rows: Sequence[LockedProposal], action: ReviewAction, actor: Actor, notes: str | None
) -> None:
    ids = [row.id for row in rows]
    await sql.decide(session, ids, status=ProposalStatus.REJECTED, action=action, actor=actor, at=now(), notes=notes)
    await sql.delete_vectors(session, ids)
    await sql.mark_unchecked(session, ids)
