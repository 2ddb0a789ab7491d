"""Lists of proposals: narrowed, ordered, a page at a time.

Each kind and status is read through an index of its own order, so that a page costs the same in a long queue as in a
short one: one filter and one order are one stretch of one index. Further filters are checked on the way.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, func, literal_column, select, text, tuple_, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import DedupState, Proposal, ProposalStatus
from assay.db.models.entities import WORDS
from assay.db.models.proposals import NEEDS_ATTENTION
from assay.kinds import AtomType, Kind

PATIENCE: Final = "10s"
"""Filters that hardly anything fits may be many rows away from each other: then a list gives up."""


class Sort(StrEnum):
    """The orders of a list."""

    OLDEST = "created_at"
    NEWEST = "-created_at"
    LEAST_SURE = "confidence"
    SUREST = "-confidence"

    @property
    def descending(self) -> bool:
        return self.startswith("-")

    @property
    def column(self) -> Any:
        return Proposal.confidence if self.endswith("confidence") else Proposal.created_at


@dataclass(frozen=True, slots=True)
class Filter:
    """Which proposals a list shows. What is None does not narrow."""

    kinds: Sequence[Kind] = tuple(Kind)
    statuses: Sequence[ProposalStatus] = (ProposalStatus.PENDING,)
    least_confidence: float | None = None
    most_confidence: float | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    dedup_state: DedupState | None = None
    extraction_run_id: UUID | None = None
    source: str | None = None
    channel: str | None = None
    atom_type: AtomType | None = None
    needs_attention: bool | None = None
    words: str | None = None
    """As a person types them into a search field."""
    but: Sequence[UUID] = field(default=())
    """Not these."""


class Place(NamedTuple):
    """Where a page ended: the value it is ordered by, and the id."""

    value: datetime | float
    id: UUID


class Page(NamedTuple):
    items: Sequence[Proposal]
    rest: Place | None
    """Where the next page begins, if there is one."""


async def page(
    session: AsyncSession, wanted: Filter, *, sort: Sort = Sort.OLDEST, after: Place | None = None, limit: int
) -> Page:
    """One page, and where the next begins."""
    await session.execute(
        text("SELECT set_config('statement_timeout', :t, true), set_config('plan_cache_mode', :p, true)"),
        {"t": PATIENCE, "p": "force_custom_plan"},
    )
    found = (await session.execute(places(wanted, sort=sort, after=after, limit=limit + 1))).all()
    items = await in_order(session, [row.id for row in found[:limit]])
    rest = Place(found[limit - 1].value, found[limit - 1].id) if len(found) > limit else None
    return Page(items, rest)


async def place_of(session: AsyncSession, proposal_id: UUID, sort: Sort) -> Place | None:
    """Where a proposal stands in this order."""
    row = (await session.execute(select(sort.column, Proposal.id).where(Proposal.id == proposal_id))).one_or_none()
    return Place(*row) if row else None


async def every(session: AsyncSession, wanted: Filter, *, sort: Sort, size: int) -> AsyncIterator[Sequence[Proposal]]:
    """The whole list, a page at a time, with one page in memory."""
    found = await page(session, wanted, sort=sort, limit=size)
    yield found.items
    while found.rest:
        session.expunge_all()
        found = await page(session, wanted, sort=sort, after=found.rest, limit=size)
        yield found.items


@dataclass(frozen=True, slots=True)
class Extent:
    """Which proposals fit a filter, and a word for exactly this set of them in exactly this state."""

    ids: Sequence[UUID]
    revision: str


async def extent(session: AsyncSession, wanted: Filter, *, most: int) -> Extent:
    """All that fit, the oldest first; one more than `most` where there are more than that."""
    ids = places(wanted, sort=Sort.OLDEST, after=None, limit=most + 1).subquery()
    state = cast(Proposal.id, SqlText) + ":" + cast(Proposal.version, SqlText)
    digest = func.md5(func.coalesce(cast(func.sum(func.hashtextextended(state, 0)), SqlText), ""))
    in_order = func.array_agg(aggregate_order_by(ids.c.id, ids.c.value, ids.c.id))
    found = await session.execute(select(in_order, digest).select_from(ids).join(Proposal, Proposal.id == ids.c.id))
    fitting, revision = found.one()
    return Extent(fitting or [], revision)


async def in_order(session: AsyncSession, ids: Sequence[UUID]) -> list[Proposal]:
    """These proposals, in this order."""
    found = {each.id: each for each in await session.scalars(select(Proposal).where(Proposal.id.in_(ids)))}
    return [found[each] for each in ids if each in found]


def places(wanted: Filter, *, sort: Sort, after: Place | None, limit: int) -> Select[Any]:
    """The ids of a page and the values they are ordered by: one ordered stretch for each kind and status, merged."""
    stretches = [
        _stretch(kind, status, wanted, sort, after, limit).subquery().select()
        for kind, status in product(wanted.kinds, wanted.statuses)
    ]
    merged = union_all(*stretches).subquery()
    order = [each.desc() if sort.descending else each.asc() for each in (merged.c.value, merged.c.id)]
    return select(merged.c.value, merged.c.id).order_by(*order).limit(limit)


def _stretch(
    kind: Kind, status: ProposalStatus, wanted: Filter, sort: Sort, after: Place | None, limit: int
) -> Select[Any]:
    column = sort.column
    query = select(column.label("value"), Proposal.id).where(
        Proposal.kind == literal_column(f"'{kind.value}'"),  # outright, as the partial indexes name them
        Proposal.status == literal_column(f"'{status.value}'"),
        *_conditions(wanted),
    )
    if after is not None:
        here, there = tuple_(column, Proposal.id), tuple_(after.value, cast(after.id, Uuid))
        query = query.where(here < there if sort.descending else here > there)
    return query.order_by(*(each.desc() if sort.descending else each.asc() for each in (column, Proposal.id))).limit(
        limit
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [
        getattr(Proposal, name) == value
        for name in ("dedup_state", "extraction_run_id", "source", "channel", "atom_type")
        if (value := getattr(wanted, name)) is not None
    ]
    ranges = (
        (wanted.least_confidence, Proposal.confidence.__ge__),
        (wanted.most_confidence, Proposal.confidence.__le__),
        (wanted.created_after, Proposal.created_at.__ge__),
        (wanted.created_before, Proposal.created_at.__lt__),
    )
    conditions += [compare(value) for value, compare in ranges if value is not None]
    if wanted.needs_attention is not None:
        conditions.append(NEEDS_ATTENTION if wanted.needs_attention else text(f"NOT ({NEEDS_ATTENTION.text})"))
    if wanted.words is not None:
        found = text(f"{WORDS.text} @@ websearch_to_tsquery('english', :words)")
        conditions.append(found.bindparams(words=wanted.words))
    if wanted.but:
        conditions.append(Proposal.id.not_in(wanted.but))
    return conditions
