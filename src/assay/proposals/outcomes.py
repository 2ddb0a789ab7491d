"""What became of each proposal in a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from assay.audit.actor import Actor
from assay.db.models import ProposalStatus, ReviewAction
from assay.kinds import Kind


class Refusal(StrEnum):
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    WAITING = "waiting"
    STALE = "stale"


UNDECIDED: Final = frozenset({ReviewAction.EXPIRED, ReviewAction.WITHDRAWN, ReviewAction.UNLIKELY})
"""How a proposal is put away without anybody's verdict on it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what, and when."""

    by: str
    action: str
    at: datetime

    def __str__(self) -> str:
        return f"by {self.by} at {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Versions:
    """The version that an actor has read, and the one there is."""

    read: int
    now: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision was carried out, or it was refused and nothing changed."""

    id: UUID
    message: str
    """One sentence for a person."""
    refusal: Refusal | None = None
    entity_id: UUID | None = None
    decision: Decision | None = None
    """What stands against it, where that is an earlier decision."""
    versions: Versions | None = None
    """Of a refusal because the proposal changed since it was read."""

    @property
    def done(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class LockedProposal:
    """A proposal whose row this transaction holds."""

    id: UUID
    kind: Kind
    title: str
    status: ProposalStatus
    version: int
    identity_key: str
    confidence: float
    proposed_by_user_id: int
    review_action: ReviewAction | None
    reviewed_at: datetime | None
    reviewer: str | None
    auto_approved: bool
    entity_id: UUID | None
    """The entity it became or was merged into."""
    topic_proposal_id: UUID | None
    topic_is_pending: bool
    failures: int
    erased: bool

    def decision(self) -> Decision | None:
        if self.reviewer is None or self.reviewed_at is None:
            return None
        return Decision(self.reviewer, self.review_action or self.status, self.reviewed_at)

    def history(self) -> str:
        """Who decided what, and when."""
        verb = self.review_action if self.review_action in UNDECIDED else self.status
        return f"{verb} {self.decision()}"


def missing(proposal_id: UUID) -> Outcome:
    return Outcome(proposal_id, f"There is no proposal {proposal_id}.", Refusal.NOT_FOUND)


def conflict(row: LockedProposal, message: str) -> Outcome:
    return Outcome(row.id, message, Refusal.CONFLICT, row.entity_id, row.decision())


def refuse_stale(row: LockedProposal, versions: Mapping[UUID, int]) -> Outcome | None:
    """A refusal when the proposal changed since the actor read it."""
    read = versions.get(row.id, row.version)
    if read == row.version:
        return None
    changed = f"The proposal changed since it was read: version {read} then, {row.version} now."
    return Outcome(row.id, changed, Refusal.STALE, row.entity_id, row.decision(), Versions(read, row.version))


def refuse_erased(row: LockedProposal) -> Outcome | None:
    """A refusal where there is nothing left to decide on."""
    return conflict(row, "Its text was erased together with the messages it rested on.") if row.erased else None


def refuse_decided(row: LockedProposal) -> Outcome | None:
    if row.status is ProposalStatus.PENDING:
        return None
    undo = "reopen" if row.status is ProposalStatus.REJECTED else "revert"
    return conflict(row, f"The proposal was already {row.history()}: {undo} it first.")


def refuse_own(row: LockedProposal, actor: Actor) -> Outcome | None:
    """Nobody decides on what they proposed themselves, in whatever way; the system under its policy excepted."""
    if actor.is_system or row.proposed_by_user_id != actor.user_id:
        return None
    return Outcome(
        row.id, f"{actor.name} proposed this and may not decide on it: that is for somebody else.", Refusal.FORBIDDEN
    )


def refuse_not_own(row: LockedProposal, actor: Actor) -> Outcome | None:
    """Nobody takes back what somebody else proposed."""
    if row.proposed_by_user_id == actor.user_id:
        return None
    return Outcome(row.id, "Only who proposed it may withdraw it: others reject it.", Refusal.FORBIDDEN)


def first_refusal(refusals: Iterable[Outcome | None]) -> Outcome | None:
    return next((refusal for refusal in refusals if refusal), None)


def refuse_approvals(
    rows: Mapping[UUID, LockedProposal],
    twins: Mapping[tuple[Kind, str], UUID],
    actor: Actor,
    versions: Mapping[UUID, int],
) -> dict[UUID, Outcome]:
    """The refusals. Topics come before the atoms that wait for them, the oldest of equals before the others."""
    refusals: dict[UUID, Outcome] = {}
    taken = dict(twins)
    for row in sorted(rows.values(), key=lambda row: (row.topic_proposal_id in rows, row.id)):
        refusal = first_refusal(
            (
                refuse_stale(row, versions),
                refuse_decided(row),
                refuse_own(row, actor),
                refuse_without_topic(row, rows, refusals),
                refuse_twin(row, taken),
            )
        )
        if refusal:
            refusals[row.id] = refusal
        else:
            taken[row.kind, row.identity_key] = row.id
    return refusals


def refuse_without_topic(
    row: LockedProposal, rows: Mapping[UUID, LockedProposal], refusals: Mapping[UUID, Outcome]
) -> Outcome | None:
    topic = row.topic_proposal_id
    if not row.topic_is_pending or (topic in rows and topic not in refusals):
        return None
    return Outcome(
        row.id, f"Its topic, proposal {topic}, is not approved yet: approve both, or with topics.", Refusal.WAITING
    )


def refuse_twin(row: LockedProposal, taken: Mapping[tuple[Kind, str], UUID]) -> Outcome | None:
    twin = taken.get((row.kind, row.identity_key))
    if twin is None:
        return None
    return conflict(row, f"{row.kind.capitalize()} {twin} says exactly the same: merge into it.")


def refuse_self_merge(row: LockedProposal, target: UUID) -> Outcome | None:
    return conflict(row, "A proposal cannot be merged into itself.") if target == row.id else None


def refuse_target(row: LockedProposal, target: UUID, kinds: Mapping[UUID, Kind]) -> Outcome | None:
    if target not in kinds:
        return conflict(row, f"{target} is no approved {row.kind}: approve it first, or merge into another.")
    if kinds[target] is not row.kind:
        return conflict(row, f"The target {target} is of kind {kinds[target]}, the proposal of kind {row.kind}.")
    return None
