"""From one embedding model to another while everything goes on.

The new vectors are made beside the old, a batch at a time, each committed: whatever kills it, the next run goes on
from there. When nothing alive lacks one, a single transaction switches; then the old vectors and indexes go.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Embedder
from assay.audit.actor import Actor
from assay.db.engine import Database
from assay.db.locks import held
from assay.db.models import Embedding, EmbeddingModel, ModelState
from assay.duplicates import active_model, scan, vectors
from assay.duplicates.sql import vectors as sql

LOCK: Final = "reembed"
REMOVED_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the vectors of a model are."""

    model: str
    serving: str
    done: int
    total: int
    running: bool = True

    @property
    def switched(self) -> bool:
        return self.serving == self.model


@dataclass(frozen=True, slots=True)
class Reembedded:
    """What a run did."""

    progress: Progress
    embedded: int
    removed: int
    """Vectors of models that serve no longer."""
    elsewhere: bool = False
    """Another process is at it, and this one did nothing."""


async def progress(database: Database, model: str) -> Progress:
    """How far a model is, as everybody can see it."""
    async with held(database.engine, LOCK) as free, database.transaction() as session:
        return await _progress(session, model, running=not free)


async def reembed(
    database: Database, embedder: Embedder, *, actor: Actor, batch: int, report: Callable[[Progress], None]
) -> Reembedded:
    """Lets the embedder's model serve. A second run at the same time does nothing.

    The model works while no transaction is open. Raises Unavailable when it does not answer; what was made is kept.
    """
    async with held(database.engine, LOCK) as won:
        if not won:
            return Reembedded(await progress(database, embedder.model), 0, 0, elsewhere=True)
        embedded = await _build(database, embedder, actor, batch, report)
        removed = await remove_left_over(database)
        async with database.transaction() as session:
            return Reembedded(await _progress(session, embedder.model, running=False), embedded, removed)


async def _build(
    database: Database, embedder: Embedder, actor: Actor, batch: int, report: Callable[[Progress], None]
) -> int:
    """Makes the vectors that are missing until the model can serve. Returns how many."""
    model, embedded = embedder.model, 0
    async with database.transaction() as session:
        if not await active_model.begin_building(session, model):
            return 0
        state = await _progress(session, model)
    report(state)
    while True:
        made = await scan.embed_missing(database, embedder, batch)
        embedded += made
        report(state := replace(state, done=state.done + made))
        if not made:
            async with database.transaction() as session:
                if await active_model.activate(session, model, actor):
                    return embedded


async def remove_left_over(database: Database) -> int:
    """Removes the indexes and the vectors of models that serve no longer. Returns the number of vectors."""
    async with database.transaction() as session:
        in_use = select(EmbeddingModel.model).where(EmbeddingModel.state != ModelState.RETIRED)
        left_over = select(Embedding.model).distinct().where(Embedding.model.not_in(in_use))
        models = list(await session.scalars(left_over))
        of_retired = select(EmbeddingModel.model).where(EmbeddingModel.state == ModelState.RETIRED)
        retired = list(await session.scalars(of_retired))
        names = [name for model in {*models, *retired} for name in await vectors.indexes_of(session, model)]
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in names:
            await autocommit.execute(sql.index_dropped(name))
    removed = 0
    while True:
        async with database.transaction() as session:
            count = len((await session.scalars(sql.removed_at_most(REMOVED_AT_ONCE))).all())
        removed += count
        if count < REMOVED_AT_ONCE:
            return removed


async def _progress(session: AsyncSession, model: str, *, running: bool = True) -> Progress:
    lacking, total = await vectors.count_missing(session, model)
    return Progress(model, await active_model.active_model(session, model), total - lacking, total, running)
