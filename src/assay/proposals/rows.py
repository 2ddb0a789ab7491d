"""What a list shows of each proposal: as little as one needs to choose among many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.headlines import headline_options
from assay.db.models import DedupState, ProposalStatus, ReviewAction, SimilarityType
from assay.kinds import AtomType, Kind

EXCERPT: Final = 200
"""Characters of the body."""


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    kind: Kind
    title: str
    excerpt: str
    type: AtomType | None
    topic: str | None
    confidence: float
    status: ProposalStatus
    version: int
    dedup_state: DedupState
    similarity_type: SimilarityType | None
    similarity_score: float | None
    like_id: UUID | None
    like_title: str | None
    like_is_entity: bool
    source: str | None
    channel: str | None
    created_at: datetime
    refreshed_at: datetime
    snoozed_until: datetime | None
    assignee_user_id: int | None
    reviewed_by_user_id: int | None
    reviewed_at: datetime | None
    review_action: ReviewAction | None
    seen_version: int | None
    notes: int
    waiting: int
    """Pending atoms that wait for this topic."""
    repeats: int
    """Later pending ones that are like it, or like the same knowledge."""
    marked_title: str | None
    """With marks around the words that were searched for."""
    marked_body: str | None


async def rows(session: AsyncSession, ids: Sequence[UUID], *, user_id: int, words: str | None) -> list[Row]:
    """In the order of the ids, for somebody who searched for these words. Each row is looked up by its key."""
    found = await session.execute(
        text(_ROWS),
        {
            "ids": list(ids),
            "user": user_id,
            "words": words,
            **headline_options(MaxFragments=2, MaxWords=20, MinWords=6),
            "whole": headline_options(HighlightAll="true")["options"],
        },
    )
    return [Row(**_enumerated(row)) for row in found.mappings()]


def _enumerated(row: Any) -> dict[str, Any]:
    kinds = {"kind": Kind, "status": ProposalStatus, "dedup_state": DedupState}
    optional = {"type": AtomType, "similarity_type": SimilarityType, "review_action": ReviewAction}
    found = {**row} | {name: kind(row[name]) for name, kind in kinds.items()}
    return found | {name: row[name] and kind(row[name]) for name, kind in optional.items()}


_HEADLINE: Final = """CASE WHEN CAST(:words AS text) IS NOT NULL THEN ts_headline('english',
        translate(left({0}, 20000), :special, :brackets), websearch_to_tsquery('english', :words), :{1}) END"""
_ROWS: Final = f"""
    SELECT p.id, p.kind, p.title, left(p.body, {EXCERPT}) AS excerpt, p.atom_type AS type,
        coalesce(topic.title, wanted_topic.title, p.topic_name) AS topic, p.confidence, p.status, p.version,
        p.dedup_state, p.similarity_type, p.similarity_score,
        coalesce(p.similar_entity_id, p.similar_proposal_id) AS like_id,
        coalesce(entity.title, earlier.title) AS like_title, p.similar_entity_id IS NOT NULL AS like_is_entity,
        p.source, p.channel, p.created_at, p.refreshed_at, p.snoozed_until, p.assignee_user_id,
        p.reviewed_by_user_id, p.reviewed_at, p.review_action, seen.version AS seen_version,
        (SELECT count(*) FROM audit_log a WHERE a.subject_id = p.id AND a.action = 'proposal.noted') AS notes,
        (SELECT count(*) FROM proposals w WHERE w.topic_proposal_id = p.id AND w.status = 'pending') AS waiting,
        (SELECT count(*) FROM proposals r WHERE r.similar_proposal_id = p.id AND r.status = 'pending')
            + (SELECT count(*) FROM proposals r WHERE r.similar_entity_id = p.similar_entity_id
                AND r.status = 'pending' AND (r.created_at, r.id) > (p.created_at, p.id)) AS repeats,
        {_HEADLINE.format("p.title", "whole")} AS marked_title, {_HEADLINE.format("p.body", "options")} AS marked_body
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, place)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    LEFT JOIN LATERAL (SELECT title FROM entities WHERE id = p.topic_entity_id LIMIT 1) AS topic ON true
    LEFT JOIN LATERAL (
        SELECT title FROM proposals t WHERE t.id = p.topic_proposal_id LIMIT 1) AS wanted_topic ON true
    LEFT JOIN LATERAL (SELECT title FROM entities WHERE id = p.similar_entity_id LIMIT 1) AS entity ON true
    LEFT JOIN LATERAL (SELECT title FROM proposals e WHERE e.id = p.similar_proposal_id LIMIT 1) AS earlier ON true
    LEFT JOIN LATERAL (
        SELECT version FROM seen_versions s WHERE s.user_id = :user AND s.proposal_id = p.id LIMIT 1) AS seen ON true
    ORDER BY wanted.place"""  # noqa: S608  # our own fragments
