"""How many proposals fit a filter, and how many would with another value in each of its facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Proposal
from assay.kinds import Kind
from assay.proposals.lists.filters import NOBODY, Filter
from assay.proposals.lists.sql import ATTENTION, fitting

MAX_VALUES: Final = 30
"""Of one facet, the most frequent."""
PATIENCE: Final = "10s"
COLUMNS: Final = {
    "kind": Proposal.kind,
    "status": Proposal.status,
    "type": Proposal.atom_type,
    "dedup_state": Proposal.dedup_state,
    "similarity_type": Proposal.similarity_type,
    "source": Proposal.source,
    "channel": Proposal.channel,
    "assignee": Proposal.assignee_user_id,
}
_OPEN: Final[Mapping[str, Any]] = {
    "kinds": tuple(Kind),
    "atom_type": None,
    "dedup_state": None,
    "source": None,
    "channel": None,
    "assignee": None,
}
"""What a filter is without its facets."""


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """`facets`: by facet and value, the most frequent first; None stands for none. Each as if its own were open."""

    total: int
    needs_attention: int
    facets: Mapping[str, Mapping[str | None, int]]


async def count(session: AsyncSession, wanted: Filter) -> FacetCounts:
    """All of it in one statement, which reads what fits once."""
    await session.execute(select(func.set_config("statement_timeout", PATIENCE, True)))
    columns = [column.label(name) for name, column in COLUMNS.items()]
    base = fitting(replace(wanted, **_OPEN)).with_only_columns(*columns, ATTENTION).cte("base")
    chosen = _chosen(wanted, base)
    every = [each for conditions in chosen.values() for each in conditions]
    totals = {"total": func.count(), "needs_attention": func.count().filter(base.c.attention)}
    parts = [_row(base, name, null(), figure).where(*every) for name, figure in totals.items()]
    rows = await session.execute(union_all(*parts, *(_values(name, base, chosen) for name in COLUMNS)))
    return _told(rows.all())


def _chosen(wanted: Filter, base: CTE) -> dict[str, list[ColumnElement[bool]]]:
    """What the filter asks of each facet."""
    values = {name: getattr(wanted, name) for name in ("dedup_state", "source", "channel")}
    values |= {"type": wanted.atom_type, "assignee": wanted.assignee}
    chosen = {
        name: [base.c[name].is_(None) if value == NOBODY else base.c[name] == value]
        for name, value in values.items()
        if value is not None
    }
    return {**chosen, "kind": [base.c.kind.in_(wanted.kinds)]}


def _values(name: str, base: CTE, chosen: Mapping[str, Sequence[ColumnElement[bool]]]) -> Select[Any]:
    """A facet, narrowed by all the others."""
    others = [each for facet, conditions in chosen.items() if facet != name for each in conditions]
    number = func.count()
    first = _row(base, name, base.c[name], number).where(*others).group_by(base.c[name])
    return first.order_by(number.desc(), base.c[name]).limit(MAX_VALUES).subquery().select()


def _row(base: CTE, name: str, value: Any, number: Any) -> Select[Any]:
    labels = (literal(name).label("facet"), cast(value, Text).label("value"), number.label("number"))
    return select(*labels).select_from(base)


def _told(rows: Sequence[Row[Any]]) -> FacetCounts:
    figures = {row.facet: row.number for row in rows if row.facet not in COLUMNS}
    facets: dict[str, dict[str | None, int]] = {each: {} for each in COLUMNS}
    for row in rows:
        if row.facet in COLUMNS:
            facets[row.facet][row.value] = row.number
    return FacetCounts(figures["total"], figures["needs_attention"], facets)
