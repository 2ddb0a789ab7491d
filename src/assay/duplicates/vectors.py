"""The vectors of everything alive, and the indexes to search them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Vectors
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.duplicates.claim import content_hash
from assay.errors import InvalidInput, Unavailable
from assay.kinds import Kind, embedded_text

MAX_DIMENSIONS: Final = 4_000
"""As many as the index can hold of half precision."""

LINKS: Final = 32
"""Neighbours that the graph of vectors keeps of each (the `m` of HNSW). With 16, the default, one repetition in twenty
is not found among 200,000 (docs/decisions/0077-a-denser-graph.md)."""

_MODEL_NAME: Final = re.compile(r"[a-z0-9._-]{1,100}")

_ALIVE: Final = """(
    SELECT id, kind, title, body, created_at, true AS is_entity FROM entities WHERE NOT archived
    UNION ALL
    SELECT id, kind, title, body, created_at, false FROM proposals WHERE status = 'pending') AS alive"""

_WITHOUT_VECTOR: Final = "NOT EXISTS (SELECT FROM embeddings v WHERE v.subject_id = alive.id AND v.model = :model)"


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A pending proposal or a live entity that has no vector yet."""

    id: UUID
    kind: Kind
    title: str
    body: str

    @property
    def text(self) -> str:
        return embedded_text(self.title, self.body)


def quoted(model: str) -> str:
    """The model's name as a literal of SQL: an index serves only a condition that names its model outright."""
    if not _MODEL_NAME.fullmatch(model):
        raise InvalidInput(
            f"The embedding model {model!r} has a name we cannot use: up to 100 of a-z, 0-9, dot, underscore and dash "
            "are allowed."
        )
    return f"'{model}'"


def index_name(kind: Kind, model: str, dimensions: int) -> str:
    digest = hashlib.sha256(f"{kind} {model} {dimensions}".encode()).hexdigest()
    return f"ix_embeddings_nearest_{digest[:16]}"


async def ensure_indexes(session: AsyncSession, model: str, dimensions: int) -> None:
    """Makes the index of each kind for this model where there is none. Raises InvalidInput for an unfit model."""
    literal = quoted(model)
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise InvalidInput(f"The embedding model {model} has {dimensions} dimensions; 1 to {MAX_DIMENSIONS} fit.")
    names = {kind: index_name(kind, model, dimensions) for kind in Kind}
    known = set(
        await session.scalars(
            text("SELECT relname::text FROM pg_class WHERE relkind = 'i' AND relname = ANY(:names)"),
            {"names": list(names.values())},
        )
    )
    lacking = {kind: name for kind, name in names.items() if name not in known}
    if lacking:
        await hold_until_commit(session, DECISIONS)
    for kind, name in lacking.items():
        await session.execute(
            text(f"""
            CREATE INDEX IF NOT EXISTS {name} ON embeddings
            USING hnsw ((vector\\:\\:halfvec({dimensions})) halfvec_cosine_ops) WITH (m = {LINKS})
            WHERE kind = '{kind}' AND model = {literal}""")
        )


async def missing(session: AsyncSession, model: str, limit: int) -> list[Unembedded]:
    """What has no vector of this model yet: entities first, for nothing is clear before all of them can be found."""
    rows = await session.execute(
        text(f"""
        SELECT id, kind, title, body FROM {_ALIVE} WHERE {_WITHOUT_VECTOR}
        ORDER BY is_entity DESC, created_at, id LIMIT :limit"""),  # noqa: S608  # our own fragments
        {"model": model, "limit": limit},
    )
    return [Unembedded(row.id, Kind(row.kind), row.title, row.body) for row in rows]


async def count_missing(session: AsyncSession, model: str) -> tuple[int, int]:
    """How many pending proposals and live entities have no vector of this model, and how many there are."""
    row = await session.execute(
        text(f"SELECT count(*) FILTER (WHERE {_WITHOUT_VECTOR}), count(*) FROM {_ALIVE}"),  # noqa: S608
        {"model": model},
    )
    lacking, total = row.one()
    return lacking, total


async def indexes_of(session: AsyncSession, model: str) -> list[str]:
    """The names of the indexes over the vectors of a model."""
    found = await session.scalars(
        text("""
        SELECT indexname::text FROM pg_indexes WHERE tablename = 'embeddings' AND indexdef LIKE '%USING hnsw%'
            AND position(:literal IN indexdef) > 0"""),
        {"literal": f"model = {quoted(model)}"},
    )
    return list(found)


async def outdated_indexes(session: AsyncSession) -> list[str]:
    """The names of those that were built with other parameters than today's."""
    found = await session.scalars(
        text("""
        SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
        WHERE i.indrelid = to_regclass('embeddings') AND a.amname = 'hnsw'
            AND NOT coalesce(c.reloptions @> ARRAY[:links], false)
        ORDER BY 1"""),
        {"links": f"m={LINKS}"},
    )
    return list(found)


async def all_entities_have(session: AsyncSession, model: str) -> bool:
    """Whether every live entity can be found by its meaning."""
    lacking = await session.scalar(
        text(f"SELECT EXISTS (SELECT FROM entities alive WHERE NOT archived AND {_WITHOUT_VECTOR})"),  # noqa: S608
        {"model": model},
    )
    return not lacking


async def write(session: AsyncSession, model: str, subjects: Sequence[Unembedded], vectors: Vectors) -> int:
    """Stores the vectors, in the order given, of what is still alive and still says the same. Returns how many.

    None of a model that serves no longer: it was switched while it worked.

    Under the lock of the decisions: a proposal that is put away meanwhile leaves no vector behind, and the order of
    arrival is the order of the commits. Raises Unavailable where a vector points nowhere: the model is out of order.
    """
    import numpy as np  # slow to import, and most commands only read

    if not (np.isfinite(vectors).all() and vectors.any(axis=1).all()):
        raise Unavailable(f"The embedding model {model} answered with a vector that points nowhere.")
    await hold_until_commit(session, DECISIONS)
    rows = [
        {
            "position": position,
            "id": subject.id,
            "title": subject.title,
            "body": subject.body,
            "text_hash": content_hash(subject.text),
            "vector": literal,
        }
        for position, (subject, literal) in enumerate(zip(subjects, literals(vectors), strict=True))
    ]
    written = await session.scalars(
        text(f"""
        INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
        SELECT alive.id, :model, alive.kind, new.text_hash, new.vector\\:\\:halfvec
        FROM jsonb_to_recordset(:rows)
            AS new (position int, id uuid, title text, body text, text_hash text, vector text)
        JOIN {_ALIVE} USING (id, title, body)
        WHERE NOT EXISTS (SELECT FROM embedding_models WHERE model = :model AND state = 'retired')
        ORDER BY new.position
        ON CONFLICT DO NOTHING RETURNING subject_id"""),  # noqa: S608  # our own fragments
        {"model": model, "rows": as_json(rows)},
    )
    return len(written.all())


def literals(vectors: Vectors) -> list[str]:
    """Half precision in the shortest digits that keep it."""
    import numpy as np

    return [f"[{','.join(f'{value:.5g}' for value in row)}]" for row in vectors.astype(np.float16).tolist()]
