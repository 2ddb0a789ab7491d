"""Words that speak against what waits for a decision, or is known already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import Proposal, Recommendation
from assay.kinds import AtomType
from assay.messaging.events import ProposalDisputed
from assay.proposals.drafts import QuotedEvidence
from assay.proposals.evidence import Weigh, hold_pending, quoted

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


async def disputed(session: AsyncSession, objections: Sequence[Objection]) -> list[Disputed]:
    """The pending and the live atoms that are backed by words which somebody speaks against.

    From here to the commit nothing is decided, so that none is approved between the objection and its effect.
    """
    if not objections:
        return []
    await hold_until_commit(session, DECISIONS)
    found = await session.execute(
        text("""
        WITH backed AS (
            SELECT w.place, e.proposal_id FROM jsonb_to_recordset(:spoken_against) AS w
                (place int, message_id uuid, start_offset int, end_offset int)
            JOIN evidence e ON e.message_id = w.message_id AND e.verified
                AND e.start_offset < w.end_offset AND e.end_offset > w.start_offset)
        SELECT DISTINCT backed.place, coalesce(live.id, p.id) AS id, live.id IS NOT NULL AS is_entity,
            coalesce(live.title, p.title) AS title, coalesce(live.atom_type, p.atom_type) AS atom_type
        FROM backed JOIN proposals p ON p.id = backed.proposal_id AND p.kind = 'atom'
        LEFT JOIN entities own ON own.id = p.id
        LEFT JOIN entities live
            ON live.id = coalesce(own.merged_into_entity_id, own.id, p.merged_into_entity_id) AND NOT live.archived
        WHERE p.status = 'pending' OR live.id IS NOT NULL
        ORDER BY backed.place, id"""),
        {"spoken_against": as_json([_span(place, each.to) for place, each in enumerate(objections)])},
    )
    return [Disputed(row.place, row.id, row.is_entity, row.title, AtomType(row.atom_type)) for row in found]


def _span(place: int, words: QuotedEvidence) -> dict[str, object]:
    return {
        "place": place,
        "message_id": words.message_id,
        "start_offset": words.start_offset,
        "end_offset": words.end_offset,
    }


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
