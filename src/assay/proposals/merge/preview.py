"""What a merge would do, for a person to look at before anything changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal, ProposalStatus
from assay.kinds import TRAITS, Kind, LinkType
from assay.proposals import queries
from assay.proposals.merge.edges import FILINGS, LINKS, EdgeSet, Key
from assay.proposals.merge.fields import Choice
from assay.proposals.merge.plan import MergeRequest, Planned, Step, make_plan
from assay.proposals.merge.sql import items
from assay.proposals.queries import titles

ONE_WAY: Final = frozenset({LinkType.CONTINUES, LinkType.SOLVES, LinkType.REFINES, LinkType.DEPENDS_ON})
OPPOSITES: Final = {LinkType.SUPPORTS: LinkType.CONTRADICTS, LinkType.CONTRADICTS: LinkType.SUPPORTS}


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """One field: both values, and what it would be."""

    name: str
    choice: Choice
    target: Any
    source: Any
    result: Any


@dataclass(frozen=True, slots=True)
class PreviewedMerge:
    """One merge before it is made."""

    source_id: UUID
    source_title: str
    target_id: UUID
    target_title: str
    kind: Kind
    fields: Sequence[FieldPreview]
    evidence_of_target: int
    evidence_of_source: int
    filings_gained: Sequence[str]
    """For an atom its new topics, for a topic its new atoms."""
    links_gained: Sequence[str]
    links_dropped: Sequence[str]
    conflicts: Sequence[str]
    """What a person should look at: nothing of it stands in the way of the merge."""


async def preview_of_similar(session: AsyncSession, proposal: Proposal) -> PreviewedMerge | None:
    """What a merge of a pending proposal into what it is like would do, if all of the target is kept: an entity, or
    a pending proposal as if it were approved. None where there is nothing to merge into."""
    like = proposal.similar_entity_id or proposal.similar_proposal_id
    if proposal.status is not ProposalStatus.PENDING or like is None:
        return None
    target = (await items(session, [like])).get(like)
    if target is None or not target.is_live:
        return None
    found = await previews(session, Planned(await make_plan(session, [MergeRequest(proposal.id, like)]), []))
    return found[0] if found else None


async def previews(session: AsyncSession, planned: Planned) -> list[PreviewedMerge]:
    """The merges of a plan that would be carried out. What would not is refused in the plan's outcomes."""
    steps = planned.plan.steps
    ids = [each for step in steps for each in (step.source.id, step.target.id)]
    behind = await queries.behind(session, ids)
    quoted = await queries.evidence(session, [each for sources in behind.values() for each in sources])
    known = {step.target.id: step.target.title for step in steps} | await titles(session, list(_ends(steps)))
    said = await queries.explanations(session, ids)
    links = planned.plan.edge_sets[LINKS.name]
    return [
        PreviewedMerge(
            source_id=step.source.id,
            source_title=step.source.title,
            target_id=step.target.id,
            target_title=step.target.title,
            kind=step.target.kind,
            fields=list(_fields(step)),
            evidence_of_target=sum(len(quoted.get(each, ())) for each in behind[step.target.id]),
            evidence_of_source=sum(len(quoted.get(each, ())) for each in behind[step.source.id]),
            filings_gained=[known[end] for key in _gained(step, FILINGS.name) for end in key if end != step.target.id],
            links_gained=[_words(key, known) for key in _gained(step, LINKS.name)],
            links_dropped=[_words(key, known) for key in step.moved[LINKS.name].dropped],
            conflicts=[*_conflicts(step, links, known), *said.get(step.source.id, ())],
        )
        for step in steps
    ]


def _fields(step: Step) -> Iterator[FieldPreview]:
    for name, column in TRAITS[step.target.kind].fields.items():
        ours = step.changed[column].before if column in step.changed else step.target.values[column]
        result = step.changed[column].after if column in step.changed else ours
        yield FieldPreview(name, step.choices.get(name, Choice.KEEP), ours, step.source.values[column], result)


def _gained(step: Step, name: str) -> list[Key]:
    table = {FILINGS.name: FILINGS, LINKS.name: LINKS}[name]
    return [table.key_of(row) for row in step.moved[name].brought if row["own"]]


def _conflicts(step: Step, links: EdgeSet, known: Mapping[UUID, str]) -> Iterator[str]:
    """In words: fields in which both have something to say and nobody chose, entries that both have, and links that
    contradict each other."""
    for each in _fields(step):
        differs = each.source and each.target and each.source != each.target
        if differs and each.name not in {*step.choices, "confidence"}:
            yield f"Both have a {each.name} of their own: the target's stays unless you take the other."
    meta = next((each for each in _fields(step) if each.name == "meta" and each.choice is Choice.BOTH), None)
    for entry in meta.source if meta else ():
        if meta and meta.target.get(entry, meta.source[entry]) != meta.source[entry]:
            yield f"Both have an entry {entry!r} in their meta: the target's stays."
    for key in step.moved[LINKS.name].dropped:
        yield f"The link between the two is dropped: {_words(key, known)}."
    for key in (LINKS.key_of(row) for row in step.moved[LINKS.name].brought):
        yield from (
            f"{_words(key, known)}, but {_words(other, known)}." for other in _against(key) if other in links.rows
        )


def _against(key: Key) -> Iterator[Key]:
    """The links that cannot well hold beside this one."""
    one, other, link_type = key[0], key[1], LinkType(key[2])
    if link_type in ONE_WAY:
        yield other, one, link_type
    if opposite := OPPOSITES.get(link_type):
        yield one, other, opposite
        yield other, one, opposite


def _ends(steps: Sequence[Step]) -> set[UUID]:
    keys = [
        table.key_of(row)
        for step in steps
        for table in (FILINGS, LINKS)
        for row in (*step.moved[table.name].brought, *step.moved[table.name].removed)
    ]
    return {end for key in keys for end in key[:2]}


def _words(key: Key, known: Mapping[UUID, str]) -> str:
    return f"'{known[key[0]]}' {key[2].replace('_', ' ')} '{known[key[1]]}'"
