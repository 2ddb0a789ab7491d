"""What says the same as one thing, shown and decided together.

A group is a star: everything in it is like its centre itself. Likeness is not transitive, so what is only like a
member is no member: it is the centre of a group of its own, or in the group of something else that it is like.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.bulk import outright
from assay.db.models import DedupState, Proposal, ProposalStatus, SimilarityType
from assay.errors import NotFound
from assay.kinds import Kind, LinkType
from assay.proposals import actions
from assay.proposals.merge import actions as merging
from assay.proposals.outcomes import Outcome

Rest = Literal["merge", "reject"]
OTHER_THINGS: Final = frozenset({LinkType.SOLVES, LinkType.CONTRADICTS})
"""What a claim can be to another only if the two do not say the same, however alike they are."""


@dataclass(frozen=True, slots=True)
class Member:
    """A pending proposal that is like the centre of its group."""

    id: UUID
    title: str
    type: SimilarityType
    score: float
    link: LinkType | None = None
    """By which it says something else than the centre or another member."""
    updates: UUID | None = None
    """What it is more like than the centre, and says something else about."""

    @property
    def stays(self) -> str | None:
        """Why a decision on the whole group leaves it in the queue, if it does."""
        if self.type is SimilarityType.UPDATE:
            return "says something else"
        if self.link:
            return f"{self.link} it"
        return f"is an update of {str(self.updates)[-8:]}" if self.updates else None


@dataclass(frozen=True, slots=True)
class Group:
    """The oldest live item, and the proposals that are like it, in the order in which they came."""

    id: UUID
    kind: Kind
    title: str
    is_entity: bool
    members: list[Member] = field(default_factory=list)

    def __contains__(self, proposal_id: UUID) -> bool:
        return proposal_id == self.id or any(each.id == proposal_id for each in self.members)

    @property
    def same(self) -> list[UUID]:
        """What a decision on the whole group takes with it."""
        return [each.id for each in self.members if not each.stays]


@dataclass(frozen=True, slots=True)
class Flagged:
    """A pending proposal and everything that the scan found it to be like, the best first."""

    id: UUID
    kind: Kind
    title: str
    likes: Sequence[Mapping[str, Any]]
    links: Mapping[UUID, LinkType] = field(default_factory=dict)
    """What the extraction found it to be to others."""

    def member_of(self, centre: Mapping[str, Any]) -> Member:
        nearest = max(self.likes, key=lambda like: like["score"])
        updates = UUID(nearest["id"]) if nearest["type"] == SimilarityType.UPDATE else None
        return Member(self.id, self.title, SimilarityType(centre["type"]), centre["score"], updates=updates)

    def apart_from(self, ids: Set[UUID]) -> LinkType | None:
        """By which link it says something else than one of these, if it does."""
        return next((link for to, link in self.links.items() if to in ids and link in OTHER_THINGS), None)


def stars(flagged: Iterable[Flagged]) -> list[Group]:
    """The groups. `flagged`: in the order in which they came.

    Each goes to what it is like: to an entity before a proposal, to the better match before the worse. What is like
    nothing but members of groups stays alone, until somebody else is like it.
    """
    groups: dict[UUID, Group] = {}
    placed: dict[UUID, Flagged] = {}
    for each in flagged:
        centres = [like for like in each.likes if UUID(like["id"]) not in placed]
        if not centres:
            continue
        best = min(centres, key=lambda like: (not like["is_entity"], -like["score"]))
        centre = UUID(best["id"])
        group = groups.setdefault(centre, Group(centre, each.kind, best["title"], best["is_entity"]))
        group.members.append(each.member_of(best))
        placed[each.id] = each
    for group in groups.values():
        ids = {group.id, *(each.id for each in group.members)}
        group.members[:] = [replace(each, link=placed[each.id].apart_from(ids)) for each in group.members]
    return sorted(groups.values(), key=lambda group: (-len(group.members), group.id))


async def grouped(session: AsyncSession) -> list[Group]:
    """The groups in the queue, the largest first."""
    rows = await session.execute(
        select(Proposal.id, Proposal.kind, Proposal.title, Proposal.candidates, Proposal.proposed_links)
        .where(outright(Proposal.status, ProposalStatus.PENDING), outright(Proposal.dedup_state, DedupState.DUPLICATE))
        .order_by(Proposal.created_at, Proposal.id)
    )
    return stars(
        Flagged(proposal_id, kind, title, _likes(near), _links(links)) for proposal_id, kind, title, near, links in rows
    )


async def around(session: AsyncSession, centre: UUID) -> Group:
    """The group of which that is the middle. Raises NotFound."""
    group = next((each for each in await grouped(session) if each.id == centre), None)
    if group is None:
        raise NotFound(f"There is no group around {centre}: assay proposals groups lists them.")
    return group


async def holding(session: AsyncSession, proposal_id: UUID) -> Group | None:
    """The group that a pending proposal is in, or is the middle of; None where it is in none."""
    return next((group for group in await grouped(session) if proposal_id in group), None)


async def decide(
    session: AsyncSession,
    centre: UUID,
    *,
    rest: Rest,
    actor: Actor,
    notes: str | None = None,
    with_topics: bool = False,
) -> list[Outcome]:
    """One decision on a group: its centre becomes knowledge, and what says the same is merged into it, or rejected.

    `with_topics`: of an atom also the pending topic that it belongs to.

    What says something else, solves or contradicts it stays in the queue. Raises NotFound where there is no such group.
    """
    group = await around(session, centre)
    approve = partial(actions.approve, session, [centre], actor=actor, notes=notes, with_topics=with_topics)
    outcomes = [] if group.is_entity else await approve()
    if not all(each.done for each in outcomes):
        return outcomes
    if rest == "merge":
        done = await merging.merge(session, dict.fromkeys(group.same, centre), actor=actor, notes=notes)
    else:
        done = await actions.reject(session, group.same, actor=actor, notes=notes)
    return [*outcomes, *done]


def _likes(candidates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in candidates if each.get("type") and not each.get("dismissed")]


def _links(proposed: Sequence[Mapping[str, Any]]) -> dict[UUID, LinkType]:
    return {UUID(each["to"]): LinkType(each["link_type"]) for each in proposed}
