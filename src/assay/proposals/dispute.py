"""Words that speak against what waits for a decision, or is known already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import SYSTEM_USER_ID, Proposal, Recommendation
from assay.kinds import AtomType, Kind, LinkType
from assay.messaging.events import ProposalDisputed
from assay.proposals.drafts import Draft, QuotedEvidence
from assay.proposals.evidence import Weigh, hold_pending, quoted
from assay.proposals.sql import contradictions as sql

REASONING_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Objection:
    """`to`: words found in their message; `words`: what was said against them; `stated_confidence`: what is left."""

    to: QuotedEvidence
    evidence: Sequence[QuotedEvidence]
    words: str
    stated_confidence: float


@dataclass(frozen=True, slots=True)
class Disputed:
    """An atom that the words back which an objection is about. `place`: that of the objection."""

    place: int
    id: UUID
    is_entity: bool
    title: str
    atom_type: AtomType
    confidence: float


async def disputed(session: AsyncSession, objections: Sequence[Objection]) -> list[Disputed]:
    """The pending and the live atoms that are backed by words which somebody speaks against.

    From here to the commit nothing is decided, so that none is approved between the objection and its effect.
    """
    if not objections:
        return []
    await hold_until_commit(session, DECISIONS)
    found = await session.execute(
        sql.BACKED,
        {"spoken_against": as_json([_span(place, each.to) for place, each in enumerate(objections)])},
    )
    return [
        Disputed(row.place, row.id, row.is_entity, row.title, AtomType(row.atom_type), row.confidence) for row in found
    ]


def _span(place: int, words: QuotedEvidence) -> dict[str, object]:
    return {
        "place": place,
        "message_id": words.message_id,
        "start_offset": words.start_offset,
        "end_offset": words.end_offset,
    }


async def not_yet_asked(session: AsyncSession, drafts: Mapping[UUID, Draft]) -> dict[UUID, Draft]:
    """Those of the proposals that tell people something new. By the id of the atom that each contradicts.

    Nothing new is what the machine asked before: while that waits, or where it quotes the same words.
    """
    found = await session.scalars(
        sql.ASKED,
        {
            "against": as_json([_against(atom, draft) for atom, draft in drafts.items()]),
            "ids": [draft.id for draft in drafts.values()],
            "system": SYSTEM_USER_ID,
        },
    )
    asked = set(found)
    return {atom: draft for atom, draft in drafts.items() if atom not in asked}


def _against(atom: UUID, draft: Draft) -> dict[str, object]:
    link = [{"to": atom, "link_type": LinkType.CONTRADICTS}]
    return {"atom": atom, "link": link, "messages": list(draft.source_message_ids)}


async def announce(
    session: AsyncSession, disputed: Mapping[UUID, Disputed], drafts: Mapping[UUID, Draft], *, actor: Actor
) -> None:
    """Says in the trail of approved atoms that people are asked about them, and why."""
    await record(session, actor, [_asked(disputed[atom], draft) for atom, draft in drafts.items()])


def _asked(known: Disputed, draft: Draft) -> Record:
    detail = {"notes": draft.reasoning, "messages": list(draft.source_message_ids), "proposal": draft.id}
    event = ProposalDisputed(Kind.ATOM, known.id, known.title, known.confidence)
    return Record.of(event, subject_id=known.id, entity_type=Kind.ATOM, detail=detail)


async def doubt(
    session: AsyncSession, objections: Mapping[UUID, Objection], *, weigh: Weigh, actor: Actor
) -> list[UUID]:
    """Leaves pending proposals to people, each with what was said against it. It says so in the trail.

    Returns those that were still pending.
    """
    if not objections:
        return []
    await hold_until_commit(session, DECISIONS)
    pending = await hold_pending(session, objections)
    backing = await quoted(session, list(pending))
    records = []
    for each, proposal in pending.items():
        objection, earlier = objections[each], proposal.confidence
        proposal.llm_recommendation = Recommendation.REJECT
        proposal.stated_confidence = min(proposal.stated_confidence, objection.stated_confidence)
        proposal.confidence = min(earlier, weigh(proposal, backing.get(each, ())))
        proposal.reasoning = f"{proposal.reasoning} {objection.words}".strip()[:REASONING_LIMIT]
        proposal.version += 1
        records.append(_recorded(proposal, objection, earlier))
    await session.flush()
    await record(session, actor, records)
    return list(pending)


def _recorded(proposal: Proposal, objection: Objection, earlier: float) -> Record:
    detail = {
        "version": proposal.version,
        "confidence": proposal.confidence,
        "confidence_before": earlier,
        "messages": list(dict.fromkeys(quote.message_id for quote in objection.evidence)),
    }
    event = ProposalDisputed(proposal.kind, proposal.id, proposal.title, proposal.confidence)
    return Record.of(event, subject_id=proposal.id, entity_type=proposal.kind, detail=detail)
