"""The statements behind lists of proposals.

Each kind and status is read through an index of its own order: one filter and one order are one stretch of one index.
A list over several of them merges their stretches.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from assay.db.models import Proposal, ProposalStatus
from assay.db.models.proposals import FACETS, NEEDS_ATTENTION
from assay.kinds import Kind
from assay.proposals.lists.filters import NOBODY, Filter, PageEnd, Sort

# Raw: conditions in the words of the partial indexes that serve them, and a search of which SQLAlchemy has no operator.
ATTENTION: Final[Any] = literal_column(f"({NEEDS_ATTENTION.text})").label("attention")
_AWAKE: Final = text("(proposals.snoozed_until IS NULL OR proposals.snoozed_until <= now())")
_SNOOZED: Final = text("proposals.status = 'pending' AND proposals.snoozed_until > now()")
_ALONE: Final = text("""(proposals.similarity_type = 'update' OR NOT EXISTS (
    SELECT FROM proposals first WHERE first.status = 'pending' AND first.id = proposals.similar_proposal_id)
    AND NOT EXISTS (
    SELECT FROM proposals first WHERE first.status = 'pending' AND first.similarity_type <> 'update'
        AND first.similar_entity_id = proposals.similar_entity_id
        AND (first.created_at, first.id) < (proposals.created_at, proposals.id)))""")
"""Of those that say the same the first. What is like nothing is alone."""
_HOLDS: Final = text("words @@ websearch_to_tsquery('english', :words)")


def places(wanted: Filter, *, sort: Sort, after: PageEnd | None, limit: int) -> Select[Any]:
    """The ids of a page and the values they are ordered by."""
    merged = _merged([_stretch(*each, wanted, sort, after) for each in _lists(wanted)], limit)
    return select(merged.c.value, merged.c.id).order_by(*_order(sort, merged.c.value, merged.c.id)).limit(limit)


def window(wanted: Filter, indexed: Filter, *, sort: Sort, after: PageEnd | None, size: int, limit: int) -> Select[Any]:
    """The next `size` of the list that an index answers: up to `limit` of them that fit, and the last if it is reached.

    Each row says whether it `fits`, and its `number` in the window. They are read one by one, until enough fit.
    """
    stretches = [
        _stretch(*each, indexed, sort, after).add_columns(_fits(wanted, each[1]).label("fits"))
        for each in _lists(wanted)
    ]
    merged = _merged(stretches, size)
    order = _order(sort, merged.c.value, merged.c.id)
    first = select(merged).order_by(*order).limit(size).subquery()
    order = _order(sort, first.c.value, first.c.id)
    passed = select(first, func.row_number().over(order_by=order).label("number")).subquery()
    fits_or_last = or_(passed.c.fits, passed.c.number == size)
    return select(passed).where(fits_or_last).order_by(*_order(sort, passed.c.value, passed.c.id)).limit(limit)


def _fits(wanted: Filter, status: ProposalStatus) -> ColumnElement[bool]:
    return case((and_(*_conditions(wanted, [status])), True), else_=False)


def _lists(wanted: Filter) -> list[tuple[Kind, ProposalStatus]]:
    return list(product(wanted.kinds, wanted.statuses))


def _merged(stretches: Sequence[Select[Any]], limit: int) -> Subquery:
    """What may be among the first of all is among the first of one of them."""
    return union_all(*(each.limit(limit).subquery().select() for each in stretches)).subquery()


def fitting(wanted: Filter) -> Select[Any]:
    """All that fit, in no order."""
    return select(Proposal.id).where(
        Proposal.kind.in_(_outright(wanted.kinds)),
        Proposal.status.in_(_outright(wanted.statuses)),
        *_conditions(wanted, wanted.statuses),
    )


def looked_up(wanted: Filter, *, sort: Sort, after: PageEnd | None, most: int, limit: int) -> Select[Any]:
    """As `places`, but all that fit are found first and then sorted. `number`: how many they are, up to `most`."""
    query = fitting(wanted).add_columns(sort.column.label("value")).where(*_behind(sort, after))
    found = query.limit(most).cte("found")
    number = select(func.count()).select_from(found).scalar_subquery()
    return (
        select(found.c.value, found.c.id, number.label("number"))
        .order_by(*_order(sort, found.c.value, found.c.id))
        .limit(limit)
    )


def _stretch(kind: Kind, status: ProposalStatus, wanted: Filter, sort: Sort, after: PageEnd | None) -> Select[Any]:
    query = select(sort.column.label("value"), Proposal.id).where(
        Proposal.kind == _outright([kind])[0],
        Proposal.status == _outright([status])[0],
        *_conditions(wanted, [status]),
        *_behind(sort, after),
    )
    return query.order_by(*_order(sort, sort.column, Proposal.id))


def _outright(values: Any) -> list[ColumnElement[str]]:
    """As literals, for so the conditions of the partial indexes name them."""
    return [literal_column(f"'{each.value}'") for each in values]


def _order(sort: Sort, *columns: Any) -> list[Any]:
    return [each.desc() if sort.descending else each.asc() for each in columns]


def _behind(sort: Sort, place: PageEnd | None) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    here: Any = tuple_(sort.column, Proposal.id)
    there: Any = tuple_(place.value, cast(place.id, Uuid))
    return [here < there if sort.descending else here > there]


def _conditions(wanted: Filter, statuses: Sequence[ProposalStatus]) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [
        getattr(Proposal, name) == value for name in FACETS if (value := getattr(wanted, name)) is not None
    ]
    ranges = (
        (wanted.least_confidence, Proposal.confidence.__ge__),
        (wanted.most_confidence, Proposal.confidence.__le__),
        (wanted.created_after, Proposal.created_at.__ge__),
        (wanted.created_before, Proposal.created_at.__lt__),
    )
    conditions += [compare(value) for value, compare in ranges if value is not None]
    if wanted.review_action is not None:
        conditions.append(Proposal.review_action == wanted.review_action)
    if wanted.needs_attention is not None:
        conditions.append(NEEDS_ATTENTION if wanted.needs_attention else text(f"NOT ({NEEDS_ATTENTION.text})"))
    if wanted.assignee is not None:
        conditions.append(Proposal.assignee_user_id == (None if wanted.assignee == NOBODY else wanted.assignee))
    if wanted.snoozed is not None:
        conditions.append(_SNOOZED if wanted.snoozed else _AWAKE)
    if wanted.grouped:
        conditions.append(_ALONE)
    if wanted.words is not None:
        conditions.append(_HOLDS.bindparams(words=wanted.words))
        if tuple(statuses) == (ProposalStatus.PENDING,):
            conditions.append(Proposal.reviewed_at.is_(None))  # what the index of words says for it
    return conditions
