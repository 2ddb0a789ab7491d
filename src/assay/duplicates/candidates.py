"""What a proposal could repeat: equal words, like titles and near meanings, for a whole batch at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.duplicates.statement import Statement
from assay.duplicates.vectors import quoted
from assay.kinds import Kind

PER_SEARCH: Final = 5
"""The most that one way to search contributes to a proposal's candidates."""

_SETTINGS: Final = {
    "hnsw.iterative_scan": "strict_order",
    "hnsw.ef_search": "80",
    "hnsw.max_scan_tuples": "50000",
    "hnsw.scan_mem_multiplier": "8",
    "pg_trgm.similarity_threshold": "0.7",
    "jit": "off",
}
"""The search goes on until enough neighbours pass the conditions, so that a filter never hides one."""
_SET: Final = "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that was said before a proposal, and how near it is."""

    proposal_id: UUID
    id: UUID
    is_entity: bool
    identical: bool
    cosine: float | None
    """None where it has no vector of this model: then it was found by its words."""
    trigram: float


async def find(
    session: AsyncSession, ids: Sequence[UUID], *, model: str, dimensions: int, of_entities: bool = False
) -> list[Candidate]:
    """The candidates of proposals that have a vector: live entities, and pending proposals that arrived earlier.

    `of_entities`: the ids are those of live entities, which are compared with entities only.
    """
    await session.execute(text(_SET))
    batch = _ENTITIES if of_entities else _PROPOSALS
    rows = await session.execute(text(_statement(model, dimensions, batch)), {"ids": list(ids), "model": model})
    return [Candidate(*row) for row in rows]


async def statements(session: AsyncSession, candidates: Iterable[Candidate]) -> dict[UUID, Statement]:
    """The words of the candidates."""
    wanted = list(candidates)
    rows = await session.execute(
        text("""
        SELECT id, kind, title, body, identity_key, true AS is_entity FROM entities WHERE id = ANY(:entities)
        UNION ALL
        SELECT id, kind, title, body, identity_key, false FROM proposals WHERE id = ANY(:proposals)"""),
        {
            "entities": list({each.id for each in wanted if each.is_entity}),
            "proposals": list({each.id for each in wanted if not each.is_entity}),
        },
    )
    return {row["id"]: Statement(**{**row, "kind": Kind(row["kind"])}) for row in rows.mappings()}


_PROPOSALS: Final = """
    SELECT p.id, p.kind, p.title_key, p.identity_key, v.seq, v.vector
    FROM proposals p JOIN embeddings v ON v.subject_id = p.id AND v.model = :model
    WHERE p.id = ANY(:ids) AND p.status = 'pending'"""
_ENTITIES: Final = """
    SELECT e.id, e.kind, e.title_key, e.identity_key, -1 AS seq, v.vector
    FROM entities e JOIN embeddings v ON v.subject_id = e.id AND v.model = :model
    WHERE e.id = ANY(:ids) AND NOT e.archived"""
"""No proposal arrived before the number -1, so that none is a candidate."""


def _statement(model: str, dimensions: int, batch: str = _PROPOSALS) -> str:
    by_meaning = " UNION ".join(_by_meaning(kind, model, dimensions) for kind in Kind)
    return f"""
        WITH batch AS MATERIALIZED ({batch}), found AS (
            {_BY_WORDS} UNION {by_meaning}
        )
        SELECT b.id, alive.id, alive.is_entity, alive.identity_key = b.identity_key,
            1 - (v.vector <=> b.vector), similarity(alive.title_key, b.title_key)
        FROM found JOIN batch b ON b.id = found.proposal_id
        CROSS JOIN LATERAL (
            SELECT id, identity_key, title_key, true AS is_entity
            FROM entities WHERE id = found.candidate_id AND NOT archived AND kind = b.kind
            UNION ALL
            SELECT id, identity_key, title_key, false
            FROM proposals WHERE id = found.candidate_id AND status = 'pending' AND kind = b.kind) AS alive
        LEFT JOIN embeddings v ON v.subject_id = alive.id AND v.model = :model
        WHERE alive.id <> b.id AND (alive.is_entity OR v.seq < b.seq)
        ORDER BY b.id, alive.id"""  # noqa: S608  # our own fragments


def _earlier(condition: str, order: str) -> str:
    """Entities, and proposals that arrived before, which fulfil a condition on `c`."""
    return f"""
        SELECT b.id AS proposal_id, hit.id AS candidate_id FROM batch b CROSS JOIN LATERAL (
            SELECT c.id FROM entities c WHERE c.kind = b.kind AND NOT c.archived AND c.id <> b.id AND {condition}
            ORDER BY {order} LIMIT {PER_SEARCH}) AS hit
        UNION
        SELECT b.id, hit.id FROM batch b CROSS JOIN LATERAL (
            SELECT c.id FROM proposals c JOIN embeddings v ON v.subject_id = c.id AND v.model = :model
            WHERE c.kind = b.kind AND c.status = 'pending' AND v.seq < b.seq AND {condition}
            ORDER BY {order} LIMIT {PER_SEARCH}) AS hit"""  # noqa: S608  # our own fragments


_BY_WORDS: Final = " UNION ".join(
    (
        _earlier("c.identity_key = b.identity_key", "c.id"),
        _earlier("c.title_key = b.title_key", "c.id"),
        _earlier("c.title_key % b.title_key", "similarity(c.title_key, b.title_key) DESC, c.id"),
    )
)


def _by_meaning(kind: Kind, model: str, dimensions: int) -> str:
    """The nearest vectors. Kind and model are literals, so that their partial index serves the search."""
    distance = f"v.vector\\:\\:halfvec({dimensions}) <=> b.vector\\:\\:halfvec({dimensions})"
    return f"""
        SELECT b.id, hit.subject_id FROM batch b CROSS JOIN LATERAL (
            SELECT v.subject_id FROM embeddings v
            WHERE v.kind = '{kind}' AND v.model = {quoted(model)} AND (v.seq < b.seq OR EXISTS (
                SELECT FROM entities e WHERE e.id = v.subject_id AND NOT e.archived))
                AND v.subject_id <> b.id
            ORDER BY {distance} LIMIT {PER_SEARCH}) AS hit
        WHERE b.kind = '{kind}'"""  # noqa: S608  # our own fragments
