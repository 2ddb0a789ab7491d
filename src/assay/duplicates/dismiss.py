"""Saying that a proposal is no duplicate, which is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, false, func, select, true, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.bulk import among
from assay.db.models import DedupState, Entity, Proposal
from assay.duplicates import scan, verdicts
from assay.duplicates.claim import Claim
from assay.messaging.events import ProposalNotDuplicate, ProposalNotDuplicateUndone
from assay.proposals.gate import ANY_VERSION, hold
from assay.proposals.outcomes import (
    LockedProposal,
    Outcome,
    Refusal,
    missing,
    refuse_decided,
    refuse_own,
    refuse_stale,
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A proposal, and what it is said not to repeat."""

    row: LockedProposal
    proposal: Claim
    marked: UUID | None
    """What the scan found it to be like."""


async def not_duplicate(
    session: AsyncSession,
    others: Mapping[UUID, UUID | None],
    *,
    model: str,
    threshold: float,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Remembers that pending proposals are not the same as something, and scans them anew.

    `others` names the entity or proposal for each; None stands for what the scan marked it as like. The verdict holds
    for these words, whoever proposes them again, until one of the two texts changes.
    """
    asked = await _asked(session, list(others))
    chosen = {each: other or (asked[each].marked if each in asked else None) for each, other in others.items()}
    known = await _claims(session, [other for other in chosen.values() if other])
    refusals = {each: _refuse(each, asked.get(each), chosen[each], known, actor, versions) for each in others}
    pairs = [(asked[each].proposal, known[other]) for each, other in chosen.items() if other and refusals[each] is None]
    await verdicts.remember(session, pairs, same=False, actor=actor, notes=notes)
    await record(session, actor, [_recorded(*pair, actor, notes) for pair in pairs])
    await _look_again(session, [proposal.id for proposal, _ in pairs], model, threshold, actor)
    told = {proposal.id: other.title for proposal, other in pairs}
    return [refusals[each] or Outcome(each, f"Remembered: not the same as '{told[each]}'.") for each in others]


async def take_back(
    session: AsyncSession,
    proposal_id: UUID,
    other: UUID,
    *,
    model: str,
    threshold: float,
    actor: Actor,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Forgets that a pending proposal is not the same as the other, and scans it anew."""
    asked, known = (await _asked(session, [proposal_id])).get(proposal_id), await _claims(session, [other])
    refusal = _refuse(proposal_id, asked, other, known, actor, versions)
    if asked is None or refusal:
        return [refusal or missing(proposal_id)]
    pair = asked.proposal, known[other]
    if not await verdicts.forget(session, *pair):
        sentence = f"Nobody said that it is not the same as {known[other].title!r}."
        return [Outcome(proposal_id, sentence, Refusal.CONFLICT)]
    event = ProposalNotDuplicateUndone(pair[0].kind, proposal_id, pair[0].title, actor.name, other)
    await record(session, actor, [Record.of(event, subject_id=proposal_id, entity_type=pair[0].kind)])
    await _look_again(session, [proposal_id], model, threshold, actor)
    return [Outcome(proposal_id, f"Taken back: it may be the same as {known[other].title!r}.")]


async def _asked(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, _Asked]:
    held = await hold(session, ids)
    marked = func.coalesce(Proposal.similar_entity_id, Proposal.similar_proposal_id)
    rows = await session.execute(select(*_said(Proposal), marked).where(among(Proposal.id, ids)))
    return {
        proposal_id: _Asked(held[proposal_id], Claim(proposal_id, *words), found) for proposal_id, *words, found in rows
    }


def _said(what: type[Proposal] | type[Entity]) -> tuple[InstrumentedAttribute[Any], ...]:
    return what.id, what.kind, what.title, what.body, what.identity_key


async def _claims(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Claim]:
    """What entities say now, and what proposals say that are none."""
    is_entity = exists().where(Entity.id == Proposal.id)
    rows = await session.execute(
        union_all(
            select(*_said(Entity), true()).where(among(Entity.id, ids)),
            select(*_said(Proposal), false()).where(among(Proposal.id, ids), ~is_entity),
        )
    )
    return {entity_id: Claim(entity_id, *words) for entity_id, *words in rows}


def _refuse(
    proposal_id: UUID,
    asked: _Asked | None,
    other: UUID | None,
    known: Mapping[UUID, Claim],
    actor: Actor,
    versions: Mapping[UUID, int],
) -> Outcome | None:
    if asked is None:
        return missing(proposal_id)
    if refusal := refuse_stale(asked.row, versions) or refuse_decided(asked.row) or refuse_own(asked.row, actor):
        return refusal
    sentence = _objection(asked, other, known)
    return Outcome(proposal_id, sentence, Refusal.CONFLICT) if sentence else None


def _objection(asked: _Asked, other: UUID | None, known: Mapping[UUID, Claim]) -> str | None:
    """1. it is like nothing; 2. no such other; 3. itself; 4. another kind; 5. word for word."""
    if other is None:
        return "The proposal is not marked as a duplicate: name what it is not the same as."
    if other not in known:
        return f"There is no proposal, topic or atom {other}."
    against = known[other]
    if against.id == asked.proposal.id:
        return "A proposal cannot be told apart from itself."
    if against.kind is not asked.proposal.kind:
        return f"One is of kind {asked.proposal.kind}, the other of kind {against.kind}: they are never the same."
    if against.identity_key == asked.proposal.identity_key:
        return f"It says exactly the same as {against.id}, word for word: merge or reject it."
    return None


def _recorded(proposal: Claim, other: Claim, actor: Actor, notes: str | None) -> Record:
    detail = {"other": other.id, "notes": notes}
    event = ProposalNotDuplicate(proposal.kind, proposal.id, proposal.title, actor.name, other.id)
    return Record.of(event, subject_id=proposal.id, entity_type=proposal.kind, detail=detail)


async def _look_again(session: AsyncSession, ids: Sequence[UUID], model: str, threshold: float, actor: Actor) -> None:
    """At once where there are vectors, else by the next scan."""
    await session.execute(
        update(Proposal)
        .where(among(Proposal.id, ids))
        .values(dedup_state=DedupState.UNCHECKED)
        .execution_options(synchronize_session=False)
    )
    await scan.scan(session, ids, model=model, threshold=threshold, actor=actor)
