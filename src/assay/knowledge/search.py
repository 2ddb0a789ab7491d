"""Finding topics and atoms: by their words and by their meaning, ranked together; or simply in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.headlines import headline_options
from assay.db.models.entities import WORDS
from assay.kinds import AtomType, Kind

DEPTH: Final = 100
"""How many of each ranking are looked at."""
SMOOTHING: Final = 60
"""The k of reciprocal rank fusion: an item counts 1 / (k + rank) in each ranking that holds it."""

COLUMNS: Final = """
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


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which knowledge is meant. What is None does not narrow."""

    kind: Kind
    topic: UUID | None = None
    atom_type: AtomType | None = None
    least_confidence: float | None = None

    def parameters(self) -> dict[str, Any]:
        return {"topic": self.topic, "atom_type": self.atom_type, "least": self.least_confidence}

    def condition(self) -> str:
        return _FITS.format(kind=self.kind.value)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was asked for, as a vector. `model` is a literal of SQL."""

    model: str
    dimensions: int
    vector: str
    min_cosine: float = -1.0
    """What is less alike is not found by its meaning."""


async def listed(
    session: AsyncSession, wanted: SearchFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first."""
    rows = await session.execute(
        text(f"""
        SELECT {COLUMNS} FROM entities e WHERE {wanted.condition()}
            AND (CAST(:at AS timestamptz) IS NULL OR (e.created_at, e.id) < (:at, CAST(:id AS uuid)))
        ORDER BY e.created_at DESC, e.id DESC LIMIT :limit"""),  # noqa: S608  # our own fragments
        {**wanted.parameters(), "at": after and after[0], "id": after and after[1], "limit": limit},
    )
    return rows.mappings().all()


async def found(
    session: AsyncSession, wanted: SearchFilter, words: str, meaning: Meaning | None, *, limit: int
) -> Sequence[RowMapping]:
    """The best first, with the rank in each ranking and the words found. Without a meaning by words alone."""
    await session.execute(text("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true)"))
    rows = await session.execute(
        text(f"""
        WITH by_words AS ({_by_words(wanted)}), by_meaning AS ({_by_meaning(wanted, meaning)}),
        ranked AS (
            SELECT coalesce(w.id, m.id) AS id, w.rank AS words_rank, m.rank AS meaning_rank,
                coalesce(1.0 / ({SMOOTHING} + w.rank), 0) + coalesce(1.0 / ({SMOOTHING} + m.rank), 0) AS score
            FROM by_words w FULL JOIN by_meaning m ON m.id = w.id
            ORDER BY score DESC, id LIMIT :limit)
        SELECT {COLUMNS}, r.score\\:\\:float8 AS score, r.words_rank, r.meaning_rank,
            ts_headline('english', translate(left(e.title || ' \u2014 ' || e.body, 20000), :special, :brackets),
                websearch_to_tsquery('english', :words), :options) AS headline
        FROM ranked r JOIN entities e ON e.id = r.id ORDER BY r.score DESC, r.id"""),  # noqa: S608  # our fragments
        {
            **wanted.parameters(),
            "words": words,
            "limit": limit,
            "vector": meaning and meaning.vector,
            "min_cosine": meaning and meaning.min_cosine,
            **headline_options(MaxFragments=2, MaxWords=25, MinWords=8),
        },
    )
    return rows.mappings().all()


def _by_words(wanted: SearchFilter) -> str:
    document = WORDS.text
    return f"""
        SELECT id, row_number() OVER (ORDER BY weight DESC, id) AS rank FROM (
            SELECT e.id, ts_rank_cd({document}, websearch_to_tsquery('english', :words)) AS weight
            FROM entities e WHERE {document} @@ websearch_to_tsquery('english', :words) AND {wanted.condition()}
            ORDER BY weight DESC, e.id LIMIT {DEPTH}) AS hits"""  # noqa: S608  # our own fragments


def _by_meaning(wanted: SearchFilter, meaning: Meaning | None) -> str:
    if meaning is None:
        return "SELECT CAST(NULL AS uuid) AS id, CAST(NULL AS bigint) AS rank WHERE (:vector, :min_cosine) IS NOT NULL"
    cast = f"halfvec({meaning.dimensions})"
    return f"""
        SELECT id, row_number() OVER (ORDER BY distance, id) AS rank FROM (
            SELECT e.id, v.vector\\:\\:{cast} <=> CAST(:vector AS {cast}) AS distance
            FROM embeddings v JOIN entities e ON e.id = v.subject_id
            WHERE v.kind = '{wanted.kind.value}' AND v.model = {meaning.model} AND {wanted.condition()}
            ORDER BY v.vector\\:\\:{cast} <=> CAST(:vector AS {cast}) LIMIT {DEPTH}) AS near
        WHERE distance <= 1 - CAST(:min_cosine AS float8)"""  # noqa: S608  # ours
