"""The queue that people review: both kinds in one list, its counts, the next one for somebody, and saved views."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, ValidationError

from assay.accounts import people
from assay.db.models import SavedView, Scope, User
from assay.kinds import Kind
from assay.proposals import facets, reservations, saved_views
from assay.proposals.lists.filters import NOBODY, Filter
from assay.web.api.v1.filters import ProposalFilter
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Label, RequestModel, ResponseModel
from assay.web.paging import After
from assay.web.state import Session, State
from assay.web.views import review_queue
from assay.web.views.paging import PageOf
from assay.web.views.review_queue import QueueRow, QueueSort

router = APIRouter(prefix="/review", tags=["review"], route_class=Route)
to_read, to_review = [allow(Scope.READ)], [allow(Scope.REVIEW)]
LOOKED_AT: Final = 50
MAX_PAGES: Final = 10
"""So far is looked for one that nobody reads."""
MAX_PASSED: Final = 500


class QueueFilter(ProposalFilter):
    """What is left out does not narrow the queue."""

    kind: Annotated[list[Kind], Field(min_length=1, max_length=2)] = Field(list(Kind), validate_default=True)
    snoozed: bool | None = Field(False, description="Those that are put off now; null: those as well.")
    grouped: bool = Field(False, description="Of those that say the same only the oldest.")

    def wanted(self) -> Filter:
        kinds = [each for each in Kind if each in self.kind]
        return replace(self.of(Kind.TOPIC), kinds=kinds, snoozed=self.snoozed, grouped=self.grouped)


class QueueQuery(QueueFilter):
    sort: QueueSort = QueueSort.WORTH
    after: After = None
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50


class FacetValue(ResponseModel):
    """`value`: as the filter takes it; null for none. `label`: in words, where those are others."""

    value: str | None
    label: str | None
    count: int


class Facet(ResponseModel):
    """The most frequent values of one facet, counted as if the filter left that facet open."""

    name: str
    values: list[FacetValue]


class QueueCounts(ResponseModel):
    """How many fit the filter, and what else there is to narrow it by."""

    total: int
    needs_attention: int
    facets: list[Facet]


class NextFor(RequestModel):
    """`passed`: those that were looked at and left."""

    filter: QueueFilter = Field(default_factory=QueueFilter)
    sort: QueueSort = QueueSort.WORTH
    passed: Annotated[list[UUID], Field(max_length=MAX_PASSED)] = Field(default_factory=list)


class NextOne(ResponseModel):
    """null: there is none that nobody else reads."""

    id: UUID | None


class ViewOfQueue(RequestModel):
    name: Annotated[Label, StringConstraints(max_length=100)]
    filter: QueueFilter
    sort: QueueSort = QueueSort.WORTH


class SavedViewOfQueue(ResponseModel):
    id: UUID
    name: str
    filter: QueueFilter
    sort: QueueSort
    created_at: datetime


@router.get("/queue", dependencies=to_read)
async def list_review_queue(
    query: Annotated[QueueQuery, Query()], session: Session, state: State, actor: Caller
) -> PageOf[QueueRow]:
    """A page of proposals of both kinds. A page may hold fewer than asked for and yet have a next one."""
    return await review_queue.page(
        session,
        query.wanted(),
        sort=query.sort,
        after=query.after,
        limit=query.limit,
        actor=actor,
        settings=state.settings,
    )


@router.get("/counts", dependencies=to_read)
async def count_review_queue(query: Annotated[QueueFilter, Query()], session: Session) -> QueueCounts:
    """How many fit a filter, and how many would with another value of each facet."""
    found = await facets.count(session, query.wanted())
    numbers = [int(each) for each in found.facets["assignee"] if each is not None]
    names = await people.named(session, numbers)
    return QueueCounts(
        total=found.total,
        needs_attention=found.needs_attention,
        facets=[
            Facet(name=name, values=[_value(name, value, number, names) for value, number in values.items()])
            for name, values in found.facets.items()
        ],
    )


def _value(facet: str, value: str | None, number: int, names: Mapping[int, User]) -> FacetValue:
    if facet != "assignee":
        return FacetValue(value=value, label=None, count=number)
    who = names[int(value)].name if value else NOBODY
    return FacetValue(value=value or NOBODY, label=who, count=number)


@router.post("/next", dependencies=to_review)
async def next_for_me(asked: NextFor, session: Write, state: State, actor: Caller) -> NextOne:
    """The first of the queue that nobody else reads. It is claimed for you for five minutes."""
    after = None
    for _ in range(MAX_PAGES):
        ids, after = await review_queue.ordered(
            session, asked.filter.wanted(), sort=asked.sort, after=after, limit=LOOKED_AT, settings=state.settings
        )
        left = [each for each in ids if each not in asked.passed]
        if (taken := await reservations.reserve_first(session, left, actor=actor)) or after is None:
            return NextOne(id=taken)
    return NextOne(id=None)


@router.get("/views", dependencies=to_read)
async def list_saved_views(session: Session, actor: Caller) -> PageOf[SavedViewOfQueue]:
    """Your own, by name, on one page."""
    found = await saved_views.views(session, actor=actor)
    return PageOf[SavedViewOfQueue](items=[_view(each) for each in found], next=None)


@router.put("/views", dependencies=to_read)
async def save_view(asked: ViewOfQueue, session: Write, actor: Caller) -> SavedViewOfQueue:
    """Keep a filter under a name, in place of what you had under that name. You may have 50."""
    query = asked.model_dump(mode="json", exclude={"name"}, exclude_unset=True)
    return _view(await saved_views.save(session, asked.name, query, actor=actor))


@router.delete("/views/{view_id}", dependencies=to_read, status_code=HTTPStatus.NO_CONTENT, responses=documented(404))
async def delete_saved_view(view_id: UUID, session: Write, actor: Caller) -> None:
    """Delete one of yours."""
    await saved_views.remove(session, view_id, actor=actor)


def _view(kept: SavedView) -> SavedViewOfQueue:
    """One that this version does not understand is an open one."""
    try:
        query = ViewOfQueue.model_validate({**kept.query, "name": kept.name})
    except ValidationError:
        query = ViewOfQueue(name=kept.name, filter=QueueFilter())
    return SavedViewOfQueue(
        id=kept.id, name=kept.name, filter=query.filter, sort=query.sort, created_at=kept.created_at
    )
