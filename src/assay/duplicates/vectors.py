"""The vectors of everything alive, and the indexes to search them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Vectors
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import Embedding, Entity
from assay.duplicates.claim import content_hash
from assay.duplicates.sql import vectors as sql
from assay.duplicates.sql.vectors import LINKS, quoted
from assay.errors import InvalidInput, Unavailable
from assay.kinds import Kind, embedded_text

MAX_DIMENSIONS: Final = 4_000
"""As many as an index over vectors of half precision can hold."""


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


def index_name(kind: Kind, model: str, dimensions: int) -> str:
    digest = hashlib.sha256(f"{kind} {model} {dimensions}".encode()).hexdigest()
    return f"ix_embeddings_nearest_{digest[:16]}"


async def ensure_indexes(session: AsyncSession, model: str, dimensions: int) -> None:
    """Creates the missing indexes of this model, one for each kind. Raises InvalidInput for an unfit model."""
    literal = quoted(model)
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise InvalidInput(
            f"The embedding model {model} has {dimensions} dimensions; 1 to {MAX_DIMENSIONS} are supported."
        )
    names = {kind: index_name(kind, model, dimensions) for kind in Kind}
    known = set(await session.scalars(sql.KNOWN_INDEXES, {"names": list(names.values())}))
    lacking = {kind: name for kind, name in names.items() if name not in known}
    if lacking:
        await hold_until_commit(session, DECISIONS)
    for kind, name in lacking.items():
        await session.execute(sql.index_made(name, kind, literal, dimensions))


async def missing(session: AsyncSession, model: str, limit: int) -> list[Unembedded]:
    """What has no vector of this model yet. Entities first: no proposal is clear until all of them can be found."""
    rows = await session.execute(sql.MISSING, {"model": model, "limit": limit})
    return [Unembedded(row.id, Kind(row.kind), row.title, row.body) for row in rows]


async def count_missing(session: AsyncSession, model: str) -> tuple[int, int]:
    """How many pending proposals and live entities have no vector of this model, and how many there are."""
    lacking, total = (await session.execute(sql.COUNT_MISSING, {"model": model})).one()
    return lacking, total


async def indexes_of(session: AsyncSession, model: str) -> list[str]:
    """The names of the indexes over the vectors of a model."""
    return list(await session.scalars(sql.INDEXES_OF, {"literal": f"model = {quoted(model)}"}))


async def outdated_indexes(session: AsyncSession) -> list[str]:
    """The names of the indexes that were built with parameters other than today's."""
    return list(await session.scalars(sql.OUTDATED_INDEXES, {"links": f"m={LINKS}"}))


async def all_entities_have(session: AsyncSession, model: str) -> bool:
    """Whether every live entity can be found by its meaning."""
    has_vector = exists().where(Embedding.subject_id == Entity.id, Embedding.model == model)
    lacks = exists().where(~Entity.archived, ~has_vector.correlate(Entity))
    return not await session.scalar(select(lacks))


async def write(session: AsyncSession, model: str, subjects: Sequence[Unembedded], vectors: Vectors) -> int:
    """Stores the vectors, in the given order, of what is still alive and still says the same. Returns how many.

    Stores none for a model that was retired while it was working.

    Under the lock of the decisions: a proposal that is put away meanwhile leaves no vector behind, and the order of
    arrival is the order of the commits. Raises Unavailable where a vector has no direction: the model is broken.
    """
    import numpy as np  # slow to import, and most commands only read

    if not (np.isfinite(vectors).all() and vectors.any(axis=1).all()):
        raise Unavailable(f"The embedding model {model} returned a vector without a direction.")
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
    written = await session.scalars(sql.WRITE, {"model": model, "rows": as_json(rows)})
    return len(written.all())


def literals(vectors: Vectors) -> list[str]:
    """Vectors as text, in half precision, with no more digits than that needs."""
    import numpy as np

    return [f"[{','.join(f'{value:.5g}' for value in row)}]" for row in vectors.astype(np.float16).tolist()]
