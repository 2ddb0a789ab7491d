"""Approved knowledge that says the same twice."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay.db.models import Scope
from assay.duplicates import comparison, pairs
from assay.errors import NotFound
from assay.kinds import Kind
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Notes, RequestModel, ResponseModel
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import similar
from assay.web.views.paging import PageOf
from assay.web.views.screen import ChangedFact, OtherView, PieceView
from assay.web.views.similar import PairView

router = APIRouter(prefix="/knowledge/duplicates", tags=["duplicates"], route_class=Route)


class DuplicateQuery(PageQuery):
    kind: Kind | None = None


class ToldApart(RequestModel):
    """Two topics or atoms that are not the same, and why, for the trail."""

    one: UUID
    other: UUID
    notes: Notes | None = None


class ComparedView(ResponseModel):
    """Both texts and what the newer says differently. Pieces are empty where the two are too different for that."""

    older: OtherView
    newer: OtherView
    title: list[PieceView]
    body: list[PieceView]
    changed_facts: list[ChangedFact]


@router.get("", dependencies=[allow(Scope.READ)])
async def list_duplicates(asked: Annotated[DuplicateQuery, Query()], session: Session) -> PageOf[PairView]:
    """Pairs that are alike: what says the same before what says something else, the most alike first."""
    return await similar.pairs(session, after=asked.after, limit=asked.limit, kind=asked.kind)


@router.get("/{older}/{newer}", dependencies=[allow(Scope.READ)], responses=documented(404))
async def compare_duplicates(older: UUID, newer: UUID, session: Session) -> ComparedView:
    """Two topics or atoms side by side, with the difference word by word."""
    found = await comparison.others(session, [older, newer])
    for each in (older, newer):
        if each not in found or not found[each].is_entity:
            raise NotFound(f"There is no topic or atom {each}.")
    compared = comparison.compared(found[older], found[newer].title, found[newer].body)
    return ComparedView(
        older=OtherView.model_validate(found[older]),
        newer=OtherView.model_validate(found[newer]),
        title=[PieceView.model_validate(each) for each in compared.title],
        body=[PieceView.model_validate(each) for each in compared.body],
        changed_facts=[ChangedFact.of(each) for each in compared.changed_facts],
    )


@router.post(
    "/dismiss", dependencies=[allow(Scope.REVIEW)], status_code=HTTPStatus.NO_CONTENT, responses=documented(404)
)
async def dismiss_duplicate(asked: ToldApart, session: Write, actor: Caller) -> None:
    """Remember that two are not the same, until one of them is changed."""
    await pairs.dismiss(session, asked.one, asked.other, actor=actor, notes=asked.notes)
