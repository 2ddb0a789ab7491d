"""An embedder that remembers, in the database, what it has embedded."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from sqlalchemy import delete, select, tuple_

from assay.ai.embedder import Embedder, Vectors
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import CachedVector
from assay.duplicates.claim import content_hash
from assay.duplicates.sql import vectors as sql
from assay.duplicates.vectors import literals

MAX_KEPT: Final = 100_000
"""Vectors of all models together; some 80 MB of 384 dimensions."""
WRITES_BETWEEN_TIDYING: Final = 5_000


class CachingEmbedder:
    """The same text is never embedded twice by one model: not in one call, not after a restart.

    Vectors come back in half precision, like all that is stored, whether they were known or not. The transactions are
    its own, so it may not be asked while one is open.
    """

    def __init__(self, inner: Embedder, database: Database) -> None:
        self._inner = inner
        self._database = database
        self._written = 0

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return await self._inner.embed(texts)
        hashes = [content_hash(each) for each in texts]
        wanted = dict(zip(hashes, texts, strict=True))
        known = await self._known(list(wanted))
        new = {each: words for each, words in wanted.items() if each not in known}
        if new:
            made = dict(zip(new, _rounded(await self._inner.embed(list(new.values()))), strict=True))
            await self._keep(made)
            known.update(made)
        return np.stack([known[each] for each in hashes])

    async def _known(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        async with self._database.transaction() as session:
            rows = await session.execute(
                sql.CACHED,
                {"model": self.model, "hashes": list(hashes), "now": now()},
            )
            return {row.text_hash: _unit(np.fromstring(row.vector.strip("[]"), sep=",")) for row in rows}

    async def _keep(self, made: Mapping[str, Vectors]) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                sql.CACHE,
                {
                    "model": self.model,
                    "hashes": list(made),
                    "vectors": literals(np.stack(list(made.values()))),
                    "now": now(),
                },
            )
        self._written += len(made)
        if self._written >= WRITES_BETWEEN_TIDYING:
            self._written = 0
            await self.tidy()

    async def tidy(self, most: int = MAX_KEPT) -> None:
        """Lets go of the longest unused beyond the bound."""
        async with self._database.transaction() as session:
            key = tuple_(CachedVector.model, CachedVector.text_hash)
            by_use = CachedVector.used_at.desc(), CachedVector.text_hash
            unused = select(CachedVector.model, CachedVector.text_hash).order_by(*by_use).offset(most)
            await session.execute(
                delete(CachedVector).where(key.in_(unused)).execution_options(synchronize_session=False)
            )


def _rounded(vectors: Vectors) -> Vectors:
    return np.stack([_unit(row) for row in vectors.astype(np.float16)])


def _unit(vector: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Vectors:
    whole = vector.astype(np.float16).astype(np.float64)
    return (whole / np.linalg.norm(whole)).astype(np.float32)
