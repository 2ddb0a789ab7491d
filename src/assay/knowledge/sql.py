"""The statements that find knowledge and what is near it, and what a topic or atom looks like in each of them."""

from typing import Final

from sqlalchemy import TextClause, text

from assay.db.models.entities import WORDS
from assay.kinds import Kind

DEPTH: Final = 100
"""How many of each ranking are looked at."""
SMOOTHING: Final = 60
"""The k of reciprocal rank fusion: an item counts 1 / (k + rank) in each ranking that holds it."""

_COLUMNS: Final = """
    e.id, e.title, e.body, e.icon, e.color, e.keywords, e.atom_type, e.confidence, e.meta, e.archived, e.revision,
    e.created_at, e.updated_at,
    ARRAY(SELECT t.title FROM topic_atoms f JOIN entities t ON t.id = f.topic_id AND NOT t.archived
          WHERE f.atom_id = e.id ORDER BY t.title) AS topics,
    (SELECT count(*) FROM topic_atoms f JOIN entities a ON a.id = f.atom_id AND NOT a.archived
     WHERE f.topic_id = e.id) AS atoms"""
_FITS: Final = """e.kind = '{kind}' AND NOT e.archived
    AND (CAST(:topic AS uuid) IS NULL OR EXISTS (
        SELECT FROM topic_atoms f WHERE f.atom_id = e.id AND f.topic_id = :topic))
    AND (CAST(:atom_type AS text) IS NULL OR e.atom_type = :atom_type)
    AND (CAST(:least AS float8) IS NULL OR e.confidence >= :least)"""

# Raw: the columns that the search shares.
ENTITY: Final = text(f"SELECT {_COLUMNS} FROM entities e WHERE e.id = :id AND e.kind = :kind")

# Raw: LATERAL, for the last of many entries of each.
DECISIONS: Final = text("""
    SELECT p.id AS proposal_id, p.title, p.stated_confidence, p.confidence, p.reasoning, p.review_action,
        proposer.name AS proposed_by, reviewer.name AS decided_by, p.reviewed_at AS decided_at,
        p.review_notes AS notes, nullif(entry.policy, '{}') AS policy
    FROM proposals p
    JOIN users proposer ON proposer.id = p.proposed_by_user_id
    LEFT JOIN users reviewer ON reviewer.id = p.reviewed_by_user_id
    LEFT JOIN LATERAL (
        SELECT a.detail -> 'policy' AS policy FROM audit_log a
        WHERE a.subject_id = p.id AND a.action IN ('proposal.approved', 'proposal.auto_approved')
        ORDER BY a.id DESC LIMIT 1) AS entry ON true
    WHERE p.id = ANY(:ids) ORDER BY p.id""")


# Raw: the columns and the filter that the search shares.
def page(kind: Kind) -> TextClause:
    """A page of what fits, the newest first."""
    return text(f"""
        SELECT {_COLUMNS} FROM entities e WHERE {_FITS.format(kind=kind.value)}
            AND (CAST(:at AS timestamptz) IS NULL OR (e.created_at, e.id) < (:at, CAST(:id AS uuid)))
        ORDER BY e.created_at DESC, e.id DESC LIMIT :limit""")


# Raw: two rankings as CTEs, joined, each read by its own index.
def ranked(kind: Kind, by_meaning: str | None) -> TextClause:
    """The best first, by words and by meaning together. `by_meaning`: a ranking; None: by words alone."""
    none = "SELECT CAST(NULL AS uuid) AS id, CAST(NULL AS bigint) AS rank WHERE (:vector, :min_cosine) IS NOT NULL"
    return text(f"""
        WITH by_words AS ({_by_words(kind)}), by_meaning AS ({by_meaning or none}),
        ranked AS (
            SELECT coalesce(w.id, m.id) AS id, w.rank AS words_rank, m.rank AS meaning_rank,
                coalesce(1.0 / ({SMOOTHING} + w.rank), 0) + coalesce(1.0 / ({SMOOTHING} + m.rank), 0) AS score
            FROM by_words w FULL JOIN by_meaning m ON m.id = w.id
            ORDER BY score DESC, id LIMIT :limit)
        SELECT {_COLUMNS}, r.score::float8 AS score, r.words_rank, r.meaning_rank,
            ts_headline('english', translate(left(e.title || ' \u2014 ' || e.body, 20000), :special, :brackets),
                websearch_to_tsquery('english', :words), :options) AS headline
        FROM ranked r JOIN entities e ON e.id = r.id ORDER BY r.score DESC, r.id""")


def _by_words(kind: Kind) -> str:
    document = WORDS.text
    return f"""
        SELECT id, row_number() OVER (ORDER BY weight DESC, id) AS rank FROM (
            SELECT e.id, ts_rank_cd({document}, websearch_to_tsquery('english', :words)) AS weight
            FROM entities e WHERE {document} @@ websearch_to_tsquery('english', :words)
                AND {_FITS.format(kind=kind.value)}
            ORDER BY weight DESC, e.id LIMIT {DEPTH}) AS hits"""


def by_meaning(kind: Kind, model: str, dimensions: int) -> str:
    """The ranking by distance from `:vector`. `model`: a literal of SQL, as the condition of the index has it."""
    cast = f"halfvec({dimensions})"
    return f"""
        SELECT id, row_number() OVER (ORDER BY distance, id) AS rank FROM (
            SELECT e.id, v.vector::{cast} <=> CAST(:vector AS {cast}) AS distance
            FROM embeddings v JOIN entities e ON e.id = v.subject_id
            WHERE v.kind = '{kind.value}' AND v.model = {model} AND {_FITS.format(kind=kind.value)}
            ORDER BY v.vector::{cast} <=> CAST(:vector AS {cast}) LIMIT {DEPTH}) AS near
        WHERE distance <= 1 - CAST(:min_cosine AS float8)"""


NEIGHBOURS: Final = text("""
    WITH RECURSIVE near AS (
        SELECT CAST(:id AS uuid) AS id, 0 AS step
        UNION
        SELECT other.id, near.step + 1 FROM near CROSS JOIN LATERAL (
            (SELECT to_id AS id FROM atom_links WHERE from_id = near.id ORDER BY strength DESC, to_id LIMIT :most)
            UNION ALL
            (SELECT from_id FROM atom_links WHERE to_id = near.id ORDER BY strength DESC, from_id LIMIT :most)
            UNION ALL
            (SELECT topic_id FROM topic_atoms WHERE atom_id = near.id ORDER BY topic_id LIMIT :most)
            UNION ALL
            (SELECT atom_id FROM topic_atoms WHERE topic_id = near.id ORDER BY position, atom_id LIMIT :most)
        ) AS other JOIN entities e ON e.id = other.id AND NOT e.archived
        WHERE near.step < :steps)
    SELECT e.id, e.kind, e.title, min(near.step) AS step
    FROM near JOIN entities e ON e.id = near.id
    GROUP BY e.id ORDER BY step, e.id LIMIT :nodes""")
"""A walk along edges of two tables, in both directions, so many from each place: recursive, with LATERAL."""
