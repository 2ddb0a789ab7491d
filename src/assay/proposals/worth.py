"""The order in which proposals are most worth deciding: what can be finished now, holds up others, or runs out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, cast, func, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.models import DedupState, Proposal, ProposalStatus
from assay.proposals.lists.filters import Filter
from assay.proposals.lists.sql import fitting

CAME_BACK: Final = 100
"""Its snooze is over: somebody wanted to see it again now."""
READY: Final = 10
"""It was compared with what is known, and its topic does not wait itself."""
RUNS_OUT: Final = 10
"""It expires within SOON."""
SOON: Final = timedelta(days=3)
MAX_WAITING: Final = 9
"""One for each pending proposal that waits on it or repeats it, up to here."""


class WorthPlace(NamedTuple):
    """Where a page ended. `at`: the moment for which the order holds, so that pages follow each other."""

    at: datetime
    worth: int
    created_at: datetime
    id: UUID


async def page(
    session: AsyncSession, wanted: Filter, *, lifetime: timedelta, after: WorthPlace | None, at: datetime, limit: int
) -> tuple[list[UUID], WorthPlace | None]:
    """The ids of one page, the worthiest first, the older before the newer, and where the next begins.

    `lifetime`: after which a proposal expires. The pending ones are all looked at for it.
    """
    moment = after.at if after else at
    ranked = _ranked(wanted, moment, lifetime).subquery()
    query = select(ranked).order_by(ranked.c.worth.desc(), ranked.c.created_at, ranked.c.id).limit(limit + 1)
    if after:
        here: Any = tuple_(ranked.c.created_at, ranked.c.id)
        query = query.where(
            or_(
                ranked.c.worth < after.worth,
                and_(ranked.c.worth == after.worth, here > tuple_(after.created_at, after.id)),
            )
        )
    return _cut((await session.execute(query)).all(), limit, moment)


def _cut(rows: Sequence[Row[Any]], limit: int, at: datetime) -> tuple[list[UUID], WorthPlace | None]:
    ids = [row.id for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return ids, WorthPlace(at, last.worth, last.created_at, last.id) if last else None


def _ranked(wanted: Filter, at: datetime, lifetime: timedelta) -> Select[Any]:
    waiting, topic = _waiting().subquery(), aliased(Proposal)
    fits = fitting(wanted).subquery()
    ready = and_(
        Proposal.dedup_state.in_((DedupState.CLEAR, DedupState.DUPLICATE)),
        func.coalesce(topic.status, "") != ProposalStatus.PENDING,
    )
    worth: Any = (
        _points(Proposal.snoozed_until <= at, CAME_BACK)
        + _points(ready, READY)
        + _points(Proposal.refreshed_at < at + SOON - lifetime, RUNS_OUT)
        + func.least(func.coalesce(waiting.c.number, 0), MAX_WAITING)
    )
    return (
        select(Proposal.id, Proposal.created_at, worth.label("worth"))
        .join(fits, fits.c.id == Proposal.id)
        .outerjoin(topic, topic.id == Proposal.topic_proposal_id)
        .outerjoin(waiting, waiting.c.id == Proposal.id)
    )


def _points(condition: ColumnElement[bool], points: int) -> ColumnElement[int]:
    return cast(func.coalesce(condition, False), Integer) * points


def _waiting() -> Select[Any]:
    """How many pending proposals wait on another, or repeat it."""
    pending = Proposal.status == ProposalStatus.PENDING
    on = union_all(
        *(
            select(column.label("id")).where(pending, column.is_not(None))
            for column in (Proposal.topic_proposal_id, Proposal.similar_proposal_id)
        )
    ).subquery()
    return select(on.c.id, func.count().label("number")).group_by(on.c.id)
