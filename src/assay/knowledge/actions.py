"""Merging approved knowledge, and taking that back. The entity that goes is archived and names where it went."""

from collections.abc import Container, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import DECISIONS, hold_until_commit
from assay.kinds import Kind
from assay.messaging.events import EntityMerged, EntityUnmerged
from assay.proposals.gate import unique
from assay.proposals.merge import sql
from assay.proposals.merge.ends import how_archived
from assay.proposals.merge.fields import KEEP_ALL, Choices, check
from assay.proposals.merge.plan import MergeRequest, Planned, Step, carry_out_plan, make_plan
from assay.proposals.merge.sql import Item
from assay.proposals.merge.undo import Undo, carry_out_undo, plan_undo
from assay.proposals.outcomes import Decision, Outcome, Refusal
from assay.proposals.sql import decisions as proposal_sql


async def plan_merge(
    session: AsyncSession, targets: Mapping[UUID, UUID], *, choices: Choices = KEEP_ALL, kind: Kind | None = None
) -> Planned:
    """Says what `merge` would do, and changes nothing."""
    await hold_until_commit(session, DECISIONS)
    into = await sql.survivors(session, unique(targets.values()))
    targets = {source: into.get(target, target) for source, target in targets.items()}
    await proposal_sql.live_entities(session, unique(targets, targets.values()))
    items = await sql.items(session, unique(targets, targets.values()))
    for each in {items[target].kind for target in targets.values() if target in items}:
        check(each, choices)
    ended = await how_archived(session, [each.id for each in items.values() if not each.is_live])
    refusals = {source: _refuse(source, targets, items, ended, kind) for source in targets}
    accepted = [MergeRequest(source, target, choices) for source, target in targets.items() if refusals[source] is None]
    plan = await make_plan(session, accepted)
    return Planned(plan, plan.outcomes([refusals[source] or Outcome(source, "Merged.") for source in targets]))


async def merge(
    session: AsyncSession,
    targets: Mapping[UUID, UUID],
    *,
    actor: Actor,
    notes: str | None = None,
    choices: Choices = KEEP_ALL,
    kind: Kind | None = None,
) -> list[Outcome]:
    """Merges live entities into others of their kind: `targets` names the other for each. `kind`: of this one only.

    The target keeps its id and, but for the `choices`, its words. Evidence, filings and links come to it, and the
    ids of what goes resolve to it from now on. Raises InvalidInput for a choice that cannot be.
    """
    planned = await plan_merge(session, targets, choices=choices, kind=kind)
    if planned.plan.steps:
        numbers = await carry_out_plan(session, planned.plan, actor, now(), notes)
        await record(
            session, actor, [_merged(step, numbers[step.source.id], actor, notes) for step in planned.plan.steps]
        )
    return planned.outcomes


async def unmerge(
    session: AsyncSession, ids: Sequence[UUID], *, actor: Actor, notes: str | None = None
) -> list[Outcome]:
    """Takes merges of entities back: everything is as it was before, and what was done since stays.

    Refused where both cannot be, with a sentence that says what to undo first.
    """
    await hold_until_commit(session, DECISIONS)
    merges = await sql.merges_of(session, unique(ids), of_entity=True)
    undo = await plan_undo(session, list(merges.values()))
    await carry_out_undo(session, undo, actor, now(), notes)
    await record(
        session, actor, [_taken_back(undo.items[each.source_id], each, actor, notes) for each in undo.accepted]
    )
    ended = await how_archived(session, [merge.target_id for merge in merges.values()])
    as_proposals = await sql.merges_of(session, set(ids) - set(merges), of_entity=False)
    return [_unmerged(each, merges, as_proposals, undo, ended) for each in unique(ids)]


def _refuse(
    source: UUID,
    targets: Mapping[UUID, UUID],
    items: Mapping[UUID, Item],
    ended: Mapping[UUID, Decision],
    kind: Kind | None,
) -> Outcome | None:
    """Why an entity cannot go into its target.

    1. there is no such entity, or it is of the other kind, withdrawn or merged already;
    2. it would go into itself, or into what is to go itself;
    3. the target is no live entity, or one of the other kind.
    """
    item, target = items.get(source), items.get(targets[source])
    if item is None or not item.is_entity or item.kind is not (kind or item.kind):
        return Outcome(source, f"There is no approved {kind or 'topic or atom'} {source}.", Refusal.NOT_FOUND)
    if item.merged_into:
        went = f"It was already merged into {item.kind} {item.merged_into} {ended[source]}"
        return _conflict(item, f"{went}: undo that first.", ended[source])
    if not item.is_live:
        return _conflict(item, f"{item.kind.capitalize()} {source} was withdrawn {ended[source]}.", ended[source])
    if target is item:
        return _conflict(item, f"{item.kind.capitalize()} {source} cannot be merged into itself.")
    if targets[source] in targets:
        return _conflict(item, f"{item.kind.capitalize()} {targets[source]} is to be merged itself: do that first.")
    if target is None or not target.is_entity or not target.is_live:
        return _conflict(
            item,
            f"{targets[source]} is no approved {item.kind}: approve it first, or name another.",
            ended.get(targets[source]),
        )
    if target.kind is not item.kind:
        return _conflict(item, f"The target {target.id} is of kind {target.kind}, the other of kind {item.kind}.")
    return None


def _conflict(item: Item, message: str, decision: Decision | None = None) -> Outcome:
    return Outcome(item.id, message, Refusal.CONFLICT, item.merged_into, decision)


def _merged(step: Step, number: int, actor: Actor, notes: str | None) -> Record:
    source, into = step.source, step.target.id
    event = EntityMerged(source.kind, source.id, source.title, actor.name, into)
    detail = {"title": source.title, "entity_id": into, "notes": notes}
    inverse = {"act": "merge_entity", "entity_id": into, "merge": number}
    return Record.of(event, subject_id=source.id, entity_type=source.kind, detail=detail, inverse=inverse)


def _taken_back(source: Item, merge: sql.StoredMerge, actor: Actor, notes: str | None) -> Record:
    event = EntityUnmerged(merge.kind, merge.source_id, source.title, actor.name, merge.target_id)
    detail = {"title": source.title, "entity_id": merge.target_id, "notes": notes}
    return Record.of(event, subject_id=merge.source_id, entity_type=merge.kind, detail=detail)


def _unmerged(
    entity: UUID,
    merges: Mapping[UUID, sql.StoredMerge],
    as_proposals: Container[UUID],
    undo: Undo,
    ended: Mapping[UUID, Decision],
) -> Outcome:
    if entity in as_proposals:
        return Outcome(entity, f"{entity} was merged as a proposal: revert that proposal instead.", Refusal.NOT_FOUND)
    if entity not in merges:
        return Outcome(entity, f"No merge of {entity} into another is in force.", Refusal.NOT_FOUND)
    if entity in undo.refused:
        target = merges[entity].target_id
        return Outcome(entity, undo.refused[entity], Refusal.CONFLICT, target, ended.get(target))
    return Outcome(entity, "Unmerged.", entity_id=entity)
