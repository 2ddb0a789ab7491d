"""Finding topics and atoms: by their words and by their meaning, ranked together; or simply in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.headlines import headline_options
from assay.kinds import AtomType, Kind
from assay.knowledge import sql


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which knowledge is meant. What is None does not narrow."""

    kind: Kind
    topic: UUID | None = None
    atom_type: AtomType | None = None
    least_confidence: float | None = None

    def parameters(self) -> dict[str, Any]:
        return {"topic": self.topic, "atom_type": self.atom_type, "least": self.least_confidence}


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
        sql.page(wanted.kind),
        {**wanted.parameters(), "at": after and after[0], "id": after and after[1], "limit": limit},
    )
    return rows.mappings().all()


async def found(
    session: AsyncSession, wanted: SearchFilter, words: str, meaning: Meaning | None, *, limit: int
) -> Sequence[RowMapping]:
    """The best first, with the rank in each ranking and the words found. Without a meaning by words alone."""
    await session.execute(select(func.set_config("hnsw.iterative_scan", "relaxed_order", True)))
    by_meaning = sql.by_meaning(wanted.kind, meaning.model, meaning.dimensions) if meaning else None
    rows = await session.execute(
        sql.ranked(wanted.kind, by_meaning),
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
