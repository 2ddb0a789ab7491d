"""Ways to fill a database and to scan it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from tests.builders import propose

from assay.ai.embedder import Vectors
from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.duplicates import scan
from assay.duplicates.dismiss import not_duplicate, take_back
from assay.proposals import actions
from assay.proposals.drafts import Draft


class HandMadeEmbedder:
    """Answers with the vectors it was given for a title; a model like any other."""

    def __init__(self, vectors: Mapping[str, Sequence[float]], model: str = "hand-made", dimensions: int = 8) -> None:
        self._vectors = vectors
        self._model = model
        self._dimensions = dimensions

    @property
    def model(self) -> str:
        return self._model

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            given = self._vectors[text.split(". ")[0]]
            row[: len(given)] = given
        vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors


async def arrive(database: Database, embedder: Any, *drafts: Draft) -> list[UUID]:
    """Proposes and embeds, in this order."""
    ids = await propose(database, drafts)
    await scan.embed_missing(database, embedder, 10_000)
    return ids


async def known(database: Database, embedder: Any, *drafts: Draft) -> list[UUID]:
    """Approved knowledge."""
    ids = await arrive(database, embedder, *drafts)
    async with database.transaction() as session:
        outcomes = await actions.approve(session, ids, actor=SYSTEM)
    assert all(each.done for each in outcomes)
    return ids


async def scanned(database: Database, embedder: Any, *ids: UUID, threshold: float = 0.85) -> scan.ScanOutcome:
    """As the job does it, on two connections."""
    async with database.transaction() as session, database.extra_connection() as extra:
        return await scan.scan(
            session, ids, model=embedder.model, threshold=threshold, actor=SYSTEM, extra_connection=extra
        )


async def rechecked(database: Database, embedder: Any, *ids: UUID) -> set[UUID]:
    async with database.transaction() as session:
        return await scan.recheck(session, ids, model=embedder.model, threshold=0.85, actor=SYSTEM)


async def told_apart(database: Database, embedder: Any, others: Mapping[UUID, UUID | None], actor: Actor) -> Any:
    async with database.transaction() as session:
        return await not_duplicate(session, others, model=embedder.model, threshold=0.85, actor=actor)


async def put_together(database: Database, embedder: Any, one: UUID, other: UUID, actor: Actor) -> Any:
    """Takes back that they were told apart."""
    async with database.transaction() as session:
        return await take_back(session, one, other, model=embedder.model, threshold=0.85, actor=actor)
