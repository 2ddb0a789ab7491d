"""Approved knowledge, listed and searched: the same over HTTP and at the command line."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from pydantic import SerializeAsAny
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.engine import Database
from assay.duplicates import scale, vectors
from assay.duplicates.scale import Scale
from assay.duplicates.sql.vectors import quoted
from assay.kinds import TRAITS, Kind
from assay.knowledge import search
from assay.knowledge.search import Meaning, SearchFilter
from assay.queue.deps import Deps
from assay.web.models import Moment
from assay.web.views.cursors import cursor, place
from assay.web.views.knowledge import BY_KIND, EntityView, Ranked
from assay.web.views.paging import PageOf, cut

BY_AGE: Final[Any] = tuple[Moment, UUID]
MIN_LIKENESS: Final = 0.75
"""On the common scale. Of 38 questions to the sample it keeps nine right answers in ten, and finds nothing for nine in
ten of 40 that the sample says nothing about."""


async def page(session: AsyncSession, wanted: SearchFilter, *, after: str | None, limit: int) -> PageOf[EntityView]:
    """Live ones, the newest first. Raises InvalidInput for a cursor that is none."""
    plural = TRAITS[wanted.kind].plural
    items, rest = await stretch(session, wanted, place(after, plural, BY_AGE), limit)
    return PageOf[SerializeAsAny[EntityView]](items=items, next=cursor(rest, plural))


async def stretch(
    session: AsyncSession, wanted: SearchFilter, after: Any, limit: int
) -> tuple[Sequence[EntityView], Any]:
    """So many from a place on (None: the newest), and where the next begin."""
    rows = await search.listed(session, wanted, after=after, limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row["created_at"], row["id"]))
    return [BY_KIND[wanted.kind].of(row) for row in found], rest


async def found(
    database: Database, deps: Deps, wanted: Sequence[SearchFilter], words: str, *, limit: int
) -> list[Ranked[Any]]:
    """By words and by meaning, the best first, of all that fit one of the filters.

    The words become a vector before the transaction begins, for a model may take its time.
    """
    vector = await deps.embedder.embed([words])
    meaning = Meaning(quoted(deps.embedder.model), deps.embedder.dimensions, vectors.literals(vector)[0])
    async with database.transaction() as session:
        measure = await scale.in_force(session, deps.embedder.model)
        rows: list[tuple[SearchFilter, RowMapping]] = [
            (each, row)
            for each in wanted
            for row in await search.found(session, each, words, _bounded(meaning, measure, each.kind), limit=limit)
        ]
    best = sorted(rows, key=lambda pair: -pair[1]["score"])[:limit]
    return [Ranked[Any].model_validate(Ranked.of(row, BY_KIND[each.kind])) for each, row in best]


def _bounded(meaning: Meaning, measure: Scale, kind: Kind) -> Meaning:
    """Only what is alike, where somebody measured what that is for this model."""
    return replace(meaning, min_cosine=measure.cosine_of(kind, MIN_LIKENESS)) if kind in measure.points else meaning
