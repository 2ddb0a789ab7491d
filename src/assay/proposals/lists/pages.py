"""Lists of proposals: narrowed, ordered, a page at a time.

A page costs the same in a long queue as in a short one. What an index of the list's order answers is one stretch of
it. Other filters are checked on the way: where few proposals fit, those are looked up and sorted; where many do, the
next WINDOW proposals are looked through, and the page ends with them however many of them fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, cast, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.estimates import estimated
from assay.db.models import Proposal
from assay.proposals.lists.filters import Filter, PageEnd, Sort
from assay.proposals.lists.sql import fitting, looked_up, places, window

PATIENCE: Final = "10s"
FEW: Final = 500
"""So many are looked up and sorted for one page."""
LOOK_UP_COST: Final = 300
"""What the planner may expect of that: about what 300 rows cost, each on another page of the disk."""
WINDOW: Final = 750
"""So many are looked through for one page."""
ONLY_LOOK_UP: Final = ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan")
"""Switched off, what is left are the ways that find all that fit at once. An order is of no use to them."""


class Page(NamedTuple):
    items: Sequence[Proposal]
    rest: PageEnd | None
    """Where the next page begins, if there is one. A page may hold less than was asked for and have a next one."""


async def page(
    session: AsyncSession, wanted: Filter, *, sort: Sort = Sort.OLDEST, after: PageEnd | None = None, limit: int
) -> Page:
    """One page, and where the next begins."""
    found, rest = await ids(session, wanted, sort=sort, after=after, limit=limit)
    return Page(await in_order(session, found), rest)


async def ids(
    session: AsyncSession, wanted: Filter, *, sort: Sort, after: PageEnd | None = None, limit: int
) -> tuple[list[UUID], PageEnd | None]:
    """The same by their ids alone."""
    await _set(session, statement_timeout=PATIENCE, plan_cache_mode="force_custom_plan")
    found, rest = await _page(session, wanted, sort, after, limit)
    return [row.id for row in found], rest


async def _page(
    session: AsyncSession, wanted: Filter, sort: Sort, after: PageEnd | None, limit: int
) -> tuple[Sequence[Row[Any]], PageEnd | None]:
    indexed = wanted.by_index(sort)
    if indexed == wanted:
        query = places(wanted, sort=sort, after=after, limit=limit + 1)
        return _cut((await session.execute(query)).all(), limit)
    if (few := await _few(session, wanted, sort, after, limit)) is not None:
        return _cut(few, limit)
    return await _through_window(session, wanted, indexed, sort, after, limit)


def _cut(
    found: Sequence[Row[Any]], limit: int, end: PageEnd | None = None
) -> tuple[Sequence[Row[Any]], PageEnd | None]:
    """The next page begins behind the last row shown or, where all were shown, behind the window."""
    if len(found) <= limit:
        return found, end
    return found[:limit], PageEnd(found[limit - 1].value, found[limit - 1].id)


async def _through_window(
    session: AsyncSession, wanted: Filter, indexed: Filter, sort: Sort, after: PageEnd | None, limit: int
) -> tuple[Sequence[Row[Any]], PageEnd | None]:
    query = window(wanted, indexed, sort=sort, after=after, size=WINDOW, limit=limit + 1)
    passed = (await session.execute(query)).all()
    more = passed and passed[-1].number == WINDOW
    end = PageEnd(passed[-1].value, passed[-1].id) if more else None
    return _cut([row for row in passed if row.fits], limit, end)


async def _few(
    session: AsyncSession, wanted: Filter, sort: Sort, after: PageEnd | None, limit: int
) -> Sequence[Row[Any]] | None:
    """The page, where only few proposals fit at all; None where they are many."""
    query = looked_up(wanted, sort=sort, after=after, most=FEW + 1, limit=limit + 1)
    await _set(session, **dict.fromkeys(ONLY_LOOK_UP, "off"))
    try_it = (await estimated(session, fitting(wanted))).cost <= LOOK_UP_COST
    found = (await session.execute(query)).all() if try_it else []
    await _set(session, **dict.fromkeys(ONLY_LOOK_UP, "on"))
    return found if try_it and (not found or found[0].number <= FEW) else None


async def _set(session: AsyncSession, **values: str) -> None:
    """Settings of the database, until the end of the transaction."""
    changes = [func.set_config(name, value, True) for name, value in values.items()]
    await session.execute(select(*changes))


async def place_of(session: AsyncSession, proposal_id: UUID, sort: Sort) -> PageEnd | None:
    """Where a proposal stands in this order."""
    row = (await session.execute(select(sort.column, Proposal.id).where(Proposal.id == proposal_id))).one_or_none()
    return PageEnd(*row) if row else None


@dataclass(frozen=True, slots=True)
class Extent:
    """Which proposals fit a filter, and a word for exactly this set of them in exactly this state."""

    ids: Sequence[UUID]
    revision: str


async def extent(session: AsyncSession, wanted: Filter, *, most: int) -> Extent:
    """All that fit, the oldest first; one more than `most` where there are more than that."""
    few = (await estimated(session, fitting(wanted))).rows <= most
    query = (
        looked_up(wanted, sort=Sort.OLDEST, after=None, most=most + 1, limit=most + 1)
        if few
        else places(wanted, sort=Sort.OLDEST, after=None, limit=most + 1)
    )
    ids = query.subquery()
    state = cast(Proposal.id, SqlText) + ":" + cast(Proposal.version, SqlText)
    digest = func.md5(func.coalesce(cast(func.sum(func.hashtextextended(state, 0)), SqlText), ""))
    ordered = func.array_agg(aggregate_order_by(ids.c.id, ids.c.value, ids.c.id))
    found = await session.execute(select(ordered, digest).select_from(ids).join(Proposal, Proposal.id == ids.c.id))
    fit, revision = found.one()
    return Extent(fit or [], revision)


async def in_order(session: AsyncSession, ids: Sequence[UUID]) -> list[Proposal]:
    """These proposals, in this order."""
    found = {each.id: each for each in await session.scalars(select(Proposal).where(Proposal.id.in_(ids)))}
    return [found[each] for each in ids if each in found]
