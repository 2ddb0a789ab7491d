"""The live events of the contract, one model each. The fields of a model are the keys of the event's `data`."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from assay.kinds import TRAITS, Kind


class Channel(StrEnum):
    KNOWLEDGE_PROPOSALS = "knowledge_proposals"
    SYSTEM_NOTIFICATIONS = "system_notifications"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. It is announced if and only if the transaction that recorded it committed."""

    channel: ClassVar[Channel] = Channel.KNOWLEDGE_PROPOSALS
    type: ClassVar[str]

    def data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ProposalEvent(Event):
    """Something that happened to one proposal, in the words of its kind: a topic has a name, an atom a title."""

    kind: Kind
    proposal_id: UUID
    title: str

    def data(self) -> dict[str, Any]:
        rest = asdict(self)
        return {
            "proposal_id": rest.pop("proposal_id"),
            TRAITS[rest.pop("kind")].title_label: rest.pop("title"),
            **rest,
        }


@dataclass(frozen=True, slots=True)
class ProposalChanged(ProposalEvent):
    actor: str
    entity_id: UUID | None = None


class ProposalCreated(ProposalChanged):
    type = "proposal.created"


class ProposalApproved(ProposalChanged):
    type = "proposal.approved"


class ProposalRejected(ProposalChanged):
    type = "proposal.rejected"


class ProposalWithdrawn(ProposalChanged):
    type = "proposal.withdrawn"


class ProposalSetAside(ProposalChanged):
    type = "proposal.set_aside"


class ProposalMerged(ProposalChanged):
    type = "proposal.merged"


class ProposalReverted(ProposalChanged):
    type = "proposal.reverted"


class ProposalReopened(ProposalChanged):
    type = "proposal.reopened"


class ProposalEdited(ProposalChanged):
    type = "proposal.edited"


class ProposalExpired(ProposalChanged):
    type = "proposal.expired"


class FailuresReset(ProposalChanged):
    type = "proposal.failures_reset"


@dataclass(frozen=True, slots=True)
class ProposalAssigned(ProposalEvent):
    type: ClassVar[str] = "proposal.assigned"
    actor: str
    assignee: str | None


@dataclass(frozen=True, slots=True)
class ProposalSnoozed(ProposalEvent):
    """`until` is null where it was called back."""

    type: ClassVar[str] = "proposal.snoozed"
    actor: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ProposalNoted(ProposalEvent):
    type: ClassVar[str] = "proposal.noted"
    actor: str


@dataclass(frozen=True, slots=True)
class ProposalNotDuplicate(ProposalEvent):
    type: ClassVar[str] = "proposal.not_duplicate"
    actor: str
    other_id: UUID


@dataclass(frozen=True, slots=True)
class ProposalNotDuplicateUndone(ProposalEvent):
    type: ClassVar[str] = "proposal.not_duplicate_undone"
    actor: str
    other_id: UUID


@dataclass(frozen=True, slots=True)
class ProposalReweighed(ProposalEvent):
    """Somebody said something more about it, and its confidence is another."""

    confidence: float


class EvidenceAdded(ProposalReweighed):
    type = "proposal.evidence_added"


class ProposalDisputed(ProposalReweighed):
    type = "proposal.disputed"


@dataclass(frozen=True, slots=True)
class ProposalErased(Event):
    type: ClassVar[str] = "proposal.erased"
    proposal_id: UUID
    actor: str


@dataclass(frozen=True, slots=True)
class EntityErased(Event):
    type: ClassVar[str] = "entity.erased"
    entity_id: UUID
    actor: str


@dataclass(frozen=True, slots=True)
class EntityEvent(Event):
    """Something that happened to approved knowledge, in the words of its kind."""

    kind: Kind
    entity_id: UUID
    title: str
    actor: str

    def data(self) -> dict[str, Any]:
        rest = asdict(self)
        return {"entity_id": rest.pop("entity_id"), TRAITS[rest.pop("kind")].title_label: rest.pop("title"), **rest}


@dataclass(frozen=True, slots=True)
class EntityRestored(EntityEvent):
    type: ClassVar[str] = "entity.restored"
    revision: int


@dataclass(frozen=True, slots=True)
class EntityConcerned(EntityEvent):
    """Something that concerns another entity as well."""

    other_id: UUID


class EntityMerged(EntityConcerned):
    type = "entity.merged"


class EntityUnmerged(EntityConcerned):
    type = "entity.unmerged"


class EntitySuperseded(EntityConcerned):
    type = "entity.superseded"


class EntityNotDuplicate(EntityConcerned):
    type = "entity.not_duplicate"


@dataclass(frozen=True, slots=True)
class ProposalAutoApproved(ProposalEvent):
    type: ClassVar[str] = "proposal.auto_approved"
    confidence: float


@dataclass(frozen=True, slots=True)
class DuplicateDetected(Event):
    type: ClassVar[str] = "proposal.duplicate_detected"
    proposal_id: UUID
    similar_entity_id: UUID | None
    similar_proposal_id: UUID | None
    similarity_score: float

    def data(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class ProposalsExpired(Event):
    type: ClassVar[str] = "proposals.expired"
    topics_expired: int
    atoms_expired: int
    total_expired: int


@dataclass(frozen=True, slots=True)
class ProposalsExpiring(Event):
    type: ClassVar[str] = "proposals.expiring"
    count: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ProposalsExpiryHeld(Event):
    type: ClassVar[str] = "proposals.expiry_held"
    overdue: int
    pending: int


@dataclass(frozen=True, slots=True)
class MetricsUpdated(Event):
    type: ClassVar[str] = "proposals.metrics_updated"
    document: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.document


@dataclass(frozen=True, slots=True)
class ExtractionStarted(Event):
    type: ClassVar[str] = "extraction.started"
    run_id: UUID
    messages: int


@dataclass(frozen=True, slots=True)
class ExtractionEnded(Event):
    """What a run has read and proposed, however it ended."""

    run_id: UUID
    messages_analyzed: int
    topics_proposed: int
    atoms_proposed: int


class ExtractionCompleted(ExtractionEnded):
    type = "extraction.completed"


@dataclass(frozen=True, slots=True)
class ExtractionFailed(ExtractionEnded):
    type: ClassVar[str] = "extraction.failed"
    error: str


@dataclass(frozen=True, slots=True)
class JobError(Event):
    channel: ClassVar[Channel] = Channel.SYSTEM_NOTIFICATIONS
    type: ClassVar[str] = "job.error"
    job_name: str
    error_message: str
    context: dict[str, Any]
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class JobRecovered(Event):
    channel: ClassVar[Channel] = Channel.SYSTEM_NOTIFICATIONS
    type: ClassVar[str] = "job.recovered"
    job_name: str


Severity = Literal["error", "critical"]
