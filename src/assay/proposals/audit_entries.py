"""How the decisions stand in the trail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from assay.audit.actions import Record
from assay.audit.actor import Actor
from assay.messaging.events import ProposalApproved, ProposalAutoApproved, ProposalChanged, ProposalCreated
from assay.proposals.drafts import Draft
from assay.proposals.outcomes import LockedProposal


def created(draft: Draft, actor: Actor, run_id: UUID | None) -> Record:
    event = ProposalCreated(draft.kind, draft.id, draft.title, actor.name)
    detail = {"run_id": run_id, "confidence": draft.confidence, "stated_confidence": draft.stated_confidence}
    return Record.of(event, subject_id=draft.id, entity_type=draft.kind, detail=detail)


def approved(
    row: LockedProposal,
    actor: Actor,
    notes: str | None,
    policy: Mapping[str, Any],
    grounds: Mapping[str, Any] | None,
    revision: int,
) -> Record:
    detail = {"notes": notes, "version": row.version + 1, "policy": dict(policy)}
    if grounds:
        detail["grounds"] = dict(grounds)
    inverse = {"act": "approve", "entity_id": row.id, "revision": revision}
    event: ProposalAutoApproved | ProposalApproved
    if actor.is_system:
        event = ProposalAutoApproved(row.kind, row.id, row.title, row.confidence)
    else:
        event = ProposalApproved(row.kind, row.id, row.title, actor.name, row.id)
    return Record.of(event, subject_id=row.id, entity_type=row.kind, detail=detail, inverse=inverse)


def changed(
    event: type[ProposalChanged],
    row: LockedProposal,
    actor: Actor,
    *,
    entity_id: UUID | None = None,
    notes: str | None = None,
    inverse: dict[str, Any] | None = None,
) -> Record:
    return Record.of(
        event(row.kind, row.id, row.title, actor.name, entity_id),
        subject_id=row.id,
        entity_type=row.kind,
        detail={"notes": notes, "version": row.version + 1},
        inverse=inverse,
    )
