"""What a merge will do, worked out before anything changes, and doing it. One way for proposals and for entities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import ChangeType
from assay.kinds import Kind, identity_key
from assay.proposals.merge import fields, sql
from assay.proposals.merge.edges import FILINGS, LINKS, EdgeSet, Moved
from assay.proposals.merge.fields import Choices, FieldChange, Values
from assay.proposals.merge.sql import Item
from assay.proposals.outcomes import LockedProposal, Outcome, Refusal
from assay.proposals.sql import decisions as proposal_sql
from assay.proposals.sql import relations

WORDS = frozenset({"title", "body"})
"""The fields that a vector stands for."""

Moves = dict[str, Moved]
"""What one merge did to filings and to links."""


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A pending proposal or a live entity that shall go into a live entity of its kind."""

    source: UUID
    target: UUID
    choices: Choices = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One merge."""

    source: Item
    target: Item
    """As it was before the first of the merges."""
    choices: Choices
    changed: dict[str, FieldChange]
    """The target's fields that change, by column."""
    moved: Moves = field(default_factory=dict)

    @property
    def renames(self) -> bool:
        return not WORDS.isdisjoint(self.changed)


@dataclass(frozen=True, slots=True)
class Plan:
    """Merges in their order, the targets' fields after all of them, and how filings and links will be."""

    steps: Sequence[Step]
    refused: Mapping[UUID, str]
    """The sources that cannot go, each with a sentence."""
    contents: Mapping[UUID, tuple[Kind, Values]]
    edge_sets: Mapping[str, EdgeSet]

    @property
    def targets(self) -> dict[UUID, UUID]:
        return {step.source.id: step.target.id for step in self.steps}

    @property
    def entities(self) -> dict[UUID, UUID]:
        """The targets of those sources that are approved knowledge."""
        return {step.source.id: step.target.id for step in self.steps if step.source.is_entity}

    def outcomes(self, judged: Sequence[Outcome]) -> list[Outcome]:
        """The outcomes with what the plan adds to them: the targets, and what is refused after all."""
        targets = self.targets
        return [
            Outcome(each.id, self.refused[each.id], Refusal.CONFLICT)
            if each.id in self.refused
            else replace(each, entity_id=targets.get(each.id, each.entity_id))
            for each in judged
        ]

    @property
    def renamed(self) -> list[UUID]:
        """The targets whose vectors no longer say what they say."""
        return list({step.target.id for step in self.steps if step.renames})


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with the outcomes that it will have, and the rows of the proposals that go."""

    plan: Plan
    outcomes: list[Outcome]
    rows: Mapping[UUID, LockedProposal] = field(default_factory=dict)


async def make_plan(session: AsyncSession, requests: Sequence[MergeRequest]) -> Plan:
    """Works out merges that nothing else stands against. Changes nothing."""
    items = await sql.items(session, {each for request in requests for each in (request.source, request.target)})
    refused: dict[UUID, str] = {}
    while True:
        accepted = [request for request in requests if request.source not in refused]
        steps, contents = _changes(accepted, items)
        clashes = await _clashes(session, steps, contents)
        if not clashes:
            break
        refused |= clashes
    moved, edge_sets = await _moves(session, steps)
    return Plan([replace(step, moved=moved[step.source.id]) for step in steps], refused, contents, edge_sets)


def _changes(
    requests: Sequence[MergeRequest], items: Mapping[UUID, Item]
) -> tuple[list[Step], dict[UUID, tuple[Kind, Values]]]:
    """What each merge changes in its target, one after the other, and what the targets say at the end."""
    contents: dict[UUID, tuple[Kind, Values]] = {}
    steps = []
    for request in requests:
        source, target = items[request.source], items[request.target]
        ours = contents.get(target.id, (target.kind, target.values))[1]
        changed = fields.changes(target.kind, ours, source.values, request.choices)
        if changed:
            contents[target.id] = target.kind, {**ours, **{name: change.after for name, change in changed.items()}}
        steps.append(Step(source, target, request.choices, changed))
    return steps, contents


async def _clashes(
    session: AsyncSession, steps: Sequence[Step], contents: Mapping[UUID, tuple[Kind, Values]]
) -> dict[UUID, str]:
    """The sources whose words would make their target say exactly what another live entity says."""
    keys: dict[tuple[Kind, str], UUID] = {}
    doubles: dict[UUID, UUID] = {}
    for target, (kind, values) in contents.items():
        key = kind, identity_key(kind, values["title"], values["body"])
        if keys.setdefault(key, target) != target:
            doubles[target] = keys[key]
    gone = [step.source.id for step in steps if step.source.is_entity]
    taken = await proposal_sql.live_twins(session, keys, exclude=[*gone, *contents])
    doubles |= {keys[key]: twin for key, twin in taken.items()}
    return {
        step.source.id: f"{step.target.kind.capitalize()} {doubles[step.target.id]} says exactly that already: "
        "merge into it, or keep the words of the target."
        for step in steps
        if step.renames and step.target.id in doubles
    }


async def _moves(
    session: AsyncSession, steps: Sequence[Step]
) -> tuple[dict[UUID, dict[str, Moved]], dict[str, EdgeSet]]:
    """Gives the filings and links of the sources to their targets."""
    proposals = {step.source.id: step.target.id for step in steps if not step.source.is_entity}
    entities = [step.source.id for step in steps if step.source.is_entity]
    filings = await relations.wanted_filings(session, proposals)
    links = await relations.wanted_links(session, proposals)
    near = {end for row in filings for end in (row.topic_id, row.atom_id)}
    near |= {end for row in links for end in (row.from_id, row.to_id)}
    edge_sets = await sql.edge_sets(session, entities, near | {step.target.id for step in steps})
    moved: dict[UUID, Moves] = {}
    for step in steps:
        source, target = step.source.id, step.target.id
        moves = edge_sets.items() if step.source.is_entity else ()
        moved[source] = {FILINGS.name: Moved(), LINKS.name: Moved()}
        moved[source] |= {name: edge_set.move(source, target) for name, edge_set in moves}
    for row in filings:
        brought = edge_sets[FILINGS.name].bring((row.topic_id, row.atom_id), {"position": None, "note": None})
        moved[row.cause_id][FILINGS.name].brought.append(brought)
    for row in links:
        brought = edge_sets[LINKS.name].bring((row.from_id, row.to_id, row.link_type), {"strength": row.strength})
        moved[row.cause_id][LINKS.name].brought.append(brought)
    return moved, edge_sets


async def carry_out_plan(
    session: AsyncSession, plan: Plan, actor: Actor, at: datetime, notes: str | None
) -> dict[UUID, int]:
    """Does what was planned. Returns the numbers of the merges by source.

    The sources are put away first, for a target may take the name of one of them.
    """
    repointed = await sql.put_into(session, plan.entities)
    await sql.rewrite(session, plan.contents)
    sources = {step.target.id: step.source.id for step in plan.steps} | {each: each for each in plan.entities}
    await proposal_sql.touch_entities(session, list(sources), at)
    await proposal_sql.write_revisions(session, sources, ChangeType.MERGED, actor, at, notes)
    await sql.store(session, plan.edge_sets)
    await proposal_sql.delete_vectors(session, [*plan.targets, *plan.renamed])
    await proposal_sql.mark_unchecked(session, [*plan.entities, *plan.renamed])
    rows = [_row(step, repointed.get(step.source.id, []), actor, at) for step in plan.steps]
    return await sql.note_merges(session, rows)


def _row(step: Step, repointed: Sequence[UUID], actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "kind": step.source.kind,
        "source_id": step.source.id,
        "of_entity": step.source.is_entity,
        "target_id": step.target.id,
        "choices": dict(step.choices),
        "changed": {name: asdict(change) for name, change in step.changed.items()},
        "brought": {name: moved.brought for name, moved in step.moved.items()},
        "removed": {name: moved.removed for name, moved in step.moved.items()},
        "repointed": repointed,
        "merged_by_user_id": actor.user_id,
        "merged_at": at,
    }
