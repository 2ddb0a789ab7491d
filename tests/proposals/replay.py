"""The state of proposals and of knowledge as the audit log tells it, without a look at the tables themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import ProposalStatus, ReviewAction


@dataclass(frozen=True, slots=True)
class Decided:
    """How a proposal stands."""

    status: ProposalStatus = ProposalStatus.PENDING
    action: ReviewAction | None = None
    reviewer: int | None = None
    entity_id: UUID | None = None
    version: int = 1
    merged_into: UUID | None = None
    """Where the entity of this id is by now, if it was merged into another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the log says of one change."""

    subject_id: UUID
    action: str
    actor: int
    entity_id: UUID | None


DECISIONS: Final[dict[str, tuple[ProposalStatus, ReviewAction | None]]] = {
    "proposal.approved": (ProposalStatus.APPROVED, ReviewAction.APPROVE),
    "proposal.auto_approved": (ProposalStatus.APPROVED, ReviewAction.APPROVE),
    "proposal.rejected": (ProposalStatus.REJECTED, ReviewAction.REJECT),
    "proposal.expired": (ProposalStatus.REJECTED, ReviewAction.EXPIRED),
    "proposal.withdrawn": (ProposalStatus.REJECTED, ReviewAction.WITHDRAWN),
    "proposal.merged": (ProposalStatus.MERGED, ReviewAction.MERGE),
    "proposal.reverted": (ProposalStatus.PENDING, ReviewAction.REVERTED),
    "proposal.reopened": (ProposalStatus.PENDING, None),
    "proposal.edited": (ProposalStatus.PENDING, ReviewAction.EDIT),
}
MERGED: Final = "entity.merged"
UNMERGED: Final = "entity.unmerged"


def replayed(entries: Iterable[Entry]) -> dict[UUID, Decided]:
    """The entries, in their order, played over nothing."""
    found: dict[UUID, Decided] = {}
    went: dict[UUID, UUID | None] = {}
    for entry in entries:
        if entry.action in {MERGED, UNMERGED}:
            went[entry.subject_id] = entry.entity_id if entry.action == MERGED else None
            continue
        before = found.get(entry.subject_id, Decided())
        found[entry.subject_id] = _decided(before, entry) if entry.action in DECISIONS else before
    return {each: replace(decided, merged_into=_survivor(each, went)) for each, decided in found.items()}


def _decided(before: Decided, entry: Entry) -> Decided:
    status, action = DECISIONS[entry.action]
    pending = status is ProposalStatus.PENDING
    own = entry.subject_id if status is ProposalStatus.APPROVED else None
    return replace(
        before,
        status=status,
        action=action,
        reviewer=None if pending else entry.actor,
        entity_id=entry.entity_id if status is ProposalStatus.MERGED else own,
        version=before.version + 1,
    )


def _survivor(entity: UUID, went: Mapping[UUID, UUID | None]) -> UUID | None:
    """Where an entity is after all merges; None where it is itself."""
    at, following = None, went.get(entity)
    while following:
        at, following = following, went.get(following)
    return at


async def from_log(session: AsyncSession) -> dict[UUID, Decided]:
    """All proposals as the log tells of them."""
    rows = await session.stream(
        text("""
        SELECT subject_id, action, actor_user_id, coalesce(detail ->> 'entity_id', data ->> 'entity_id')::uuid
        FROM audit_log WHERE action = ANY(:actions) AND subject_id IS NOT NULL ORDER BY id"""),
        {"actions": ["proposal.created", *DECISIONS, MERGED, UNMERGED]},
    )
    return replayed([Entry(*row) async for row in rows])


async def from_tables(session: AsyncSession) -> dict[UUID, Decided]:
    """All proposals as the tables have them."""
    rows = await session.stream(
        text("""
        SELECT p.id, p.status, p.review_action, p.reviewed_by_user_id,
            coalesce(p.created_entity_id, p.merged_into_entity_id), p.version, e.merged_into_entity_id
        FROM proposals p LEFT JOIN entities e ON e.id = p.id""")
    )
    return {row[0]: _as_stored(*row[1:]) async for row in rows}


async def live_entities(session: AsyncSession) -> set[UUID]:
    """The knowledge that is in force, by the tables."""
    return set(await session.scalars(text("SELECT id FROM entities WHERE NOT archived")))


def knowledge(decided: dict[UUID, Decided]) -> set[UUID]:
    """The knowledge that is in force, by the decisions: an entity lives while the proposal of its id is approved
    and it was not merged into another."""
    return {
        proposal
        for proposal, each in decided.items()
        if each.status is ProposalStatus.APPROVED and not each.merged_into
    }


def _as_stored(status: str, action: str | None, *rest: Any) -> Decided:
    return Decided(ProposalStatus(status), ReviewAction(action) if action else None, *rest)
