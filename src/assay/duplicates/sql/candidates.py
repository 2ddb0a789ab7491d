"""The search for what a batch of proposals, or of entities, could repeat."""

from typing import Final

from sqlalchemy import TextClause, text

from assay.ai.extractor import RANKED, SOURCE
from assay.duplicates.sql.vectors import quoted
from assay.kinds import TRAITS, Kind

PER_SEARCH: Final = 5
"""The most that one way to search contributes to a proposal's candidates."""
NEIGHBOURS: Final = 20
"""Nearest in meaning that are looked at; they cost hardly more than five. Beyond the first PER_SEARCH of them, only
what may be alike is a candidate: what is near enough, and what has a like title."""
LIKE_TITLE: Final = 0.7
"""Trigram similarity from which a title is spelled like another."""

EF_SEARCH: Final = """CAST(CAST(least(1000, greatest(40, sqrt(greatest(0,
    (SELECT reltuples FROM pg_class WHERE oid = CAST('embeddings' AS regclass)))) / 4)) AS int) AS text)"""
"""How wide the graph of vectors is searched. The larger the graph, the more of it must be seen for the near to be among
that: 79 with 100,000 vectors, 250 with a million (docs/decisions/0076-wider-search.md)."""
_SETTINGS: Final = {
    "hnsw.iterative_scan": "strict_order",
    "hnsw.max_scan_tuples": "50000",
    "hnsw.scan_mem_multiplier": "8",
    "pg_trgm.similarity_threshold": str(LIKE_TITLE),
    "jit": "off",
}
"""The search goes on until enough neighbours pass the conditions, so that a filter never hides one."""
SETTINGS: Final = text(
    f"SELECT set_config('hnsw.ef_search', {EF_SEARCH}, true), "
    + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())
)

_WORDS: Final = "id, kind, title, body, identity_key, title_key"
"""An id is that of a live entity or of a pending proposal, never of both, so that one row is all there is."""
PROPOSALS: Final = f"""
    SELECT p.id, p.kind, p.title_key, p.identity_key, v.seq, v.vector,
        p.meta ->> '{SOURCE}' IS NOT DISTINCT FROM '{RANKED}' AS ranked
    FROM proposals p CROSS JOIN LATERAL (
        SELECT seq, vector FROM embeddings WHERE subject_id = p.id AND model = :model OFFSET 0) v
    WHERE p.id = ANY(:ids) AND p.status = 'pending'"""
ENTITIES: Final = """
    SELECT e.id, e.kind, e.title_key, e.identity_key, -1 AS seq, v.vector, false AS ranked
    FROM entities e CROSS JOIN LATERAL (
        SELECT vector FROM embeddings WHERE subject_id = e.id AND model = :model OFFSET 0) v
    WHERE e.id = ANY(:ids) AND NOT e.archived"""
"""No proposal arrived before the number -1, so that none is a candidate."""


# Raw: CTEs and LATERAL, so that each of three indexes is searched for each row of the batch.
def candidates(model: str, dimensions: int, batch: str = PROPOSALS) -> TextClause:
    """What the rows of the batch could repeat. What was found by ranking, for people, stands in the way of nothing that
    is sure, though it came first."""
    searches = [_BY_WORDS, *(_by_letters(kind) for kind in Kind if TRAITS[kind].title_is_identity)]
    searches += [_by_meaning(kind, model, dimensions) for kind in Kind]
    return text(f"""
        WITH batch AS MATERIALIZED ({batch}), found AS MATERIALIZED (
            SELECT proposal_id, candidate_id, min(distance) AS distance
            FROM ({" UNION ALL ".join(searches)}) AS hits (proposal_id, candidate_id, distance) GROUP BY 1, 2
        ), measured AS (
            SELECT b.id AS proposal_id, alive.*, alive.identity_key = b.identity_key AS identical,
                1 - coalesce(found.distance, (SELECT v.vector <=> b.vector FROM embeddings v
                    WHERE v.subject_id = alive.id AND v.model = :model)) AS cosine,
                similarity(alive.title_key, b.title_key) AS trigram,
                row_number() OVER (PARTITION BY b.id ORDER BY found.distance, alive.id) AS place,
                (CAST(:min_cosine AS jsonb) ->> b.kind)::float8 AS min_cosine
            FROM found JOIN batch b ON b.id = found.proposal_id
            CROSS JOIN LATERAL (
                SELECT * FROM (
                    (SELECT {_WORDS}, true AS is_entity, NOT archived AS lives
                     FROM entities WHERE id = found.candidate_id OFFSET 0)
                    UNION ALL
                    (SELECT {_WORDS}, false, status = 'pending'
                     FROM proposals WHERE id = found.candidate_id
                        AND (b.ranked OR meta ->> '{SOURCE}' IS DISTINCT FROM '{RANKED}') OFFSET 0)) AS either
                WHERE lives AND kind = b.kind LIMIT 1) AS alive
        )
        SELECT proposal_id, id, kind, title, body, identity_key, is_entity, identical, cosine, trigram FROM measured
        WHERE place <= {PER_SEARCH} OR cosine >= min_cosine OR identical OR trigram >= {LIKE_TITLE}
        ORDER BY proposal_id, id""")


def _earlier(condition: str, order: str) -> str:
    """Entities, and proposals that arrived before, which fulfil a condition on `c`.

    What fulfils it is found first (OFFSET 0): by its own index, and not by reading all of a kind, or in an order.
    """
    hits = "SELECT c.id, c.title_key FROM {table} c WHERE c.kind || '' = b.kind AND {alive} AND {condition} OFFSET 0"
    entities = hits.format(table="entities", alive="NOT c.archived", condition=condition)
    proposals = hits.format(table="proposals", alive="c.status = 'pending'", condition=condition)
    return f"""
        SELECT b.id, hit.id, NULL::float8 FROM batch b CROSS JOIN LATERAL (
            SELECT c.id FROM ({entities}) c WHERE c.id <> b.id ORDER BY {order} LIMIT {PER_SEARCH}) AS hit
        UNION ALL
        SELECT b.id, hit.id, NULL FROM batch b CROSS JOIN LATERAL (
            SELECT c.id FROM ({proposals}) c CROSS JOIN LATERAL (
                SELECT seq FROM embeddings WHERE subject_id = c.id AND model = :model OFFSET 0) v
            WHERE v.seq < b.seq ORDER BY {order} LIMIT {PER_SEARCH}) AS hit"""


_BY_WORDS: Final = " UNION ALL ".join(
    (_earlier("c.identity_key = b.identity_key", "c.id"), _earlier("c.title_key = b.title_key", "c.id"))
)


def _by_letters(kind: Kind) -> str:
    """Titles that are spelled alike. The kind is a literal, so that its partial index serves the search."""
    return _earlier(
        f"b.kind = '{kind}' AND c.title_key % b.title_key",
        "similarity(c.title_key, b.title_key) DESC, c.id",
    )


def _by_meaning(kind: Kind, model: str, dimensions: int) -> str:
    """The nearest vectors. Kind and model are literals, so that their partial index serves the search."""
    distance = f"v.vector::halfvec({dimensions}) <=> b.vector::halfvec({dimensions})"
    return f"""
        SELECT b.id, hit.subject_id, hit.distance FROM batch b CROSS JOIN LATERAL (
            SELECT v.subject_id, {distance} AS distance FROM embeddings v
            WHERE v.kind = '{kind}' AND v.model = {quoted(model)} AND (v.seq < b.seq OR EXISTS (
                SELECT FROM entities e WHERE e.id = v.subject_id AND NOT e.archived OFFSET 0))
                AND v.subject_id <> b.id
            ORDER BY {distance} LIMIT {NEIGHBOURS}) AS hit
        WHERE b.kind = '{kind}'"""
