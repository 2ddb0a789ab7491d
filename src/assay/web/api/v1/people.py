"""The names of people and agents, for whoever may read."""

from typing import Annotated

from fastapi import APIRouter, Query

from assay.accounts import actions
from assay.accounts.identity import SCOPES_OF
from assay.db.models import Scope, User
from assay.web.auth import Guarded, allow
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views.cursors import cursor, place
from assay.web.views.lists import BY_NAME
from assay.web.views.paging import PageOf, cut
from assay.web.views.records import PersonView

router = APIRouter(prefix="/people", tags=["users"], dependencies=[allow(Scope.READ)], route_class=Guarded)


@router.get("")
async def list_people(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[PersonView]:
    """Everybody's name, and who may decide on proposals."""
    start = place(asked.after, "people", BY_NAME)
    rows = await actions.listed(session, after=start and start[0], limit=asked.limit + 1)
    found, rest = cut(rows, asked.limit, lambda row: (row.name,))
    return PageOf[PersonView](items=[_person(each) for each in found], next=cursor(rest, "people"))


def _person(user: User) -> PersonView:
    able = user.role is not None and user.disabled_at is None and Scope.REVIEW in SCOPES_OF[user.role]
    return PersonView(id=user.id, name=user.name, kind=user.kind, may_review=able)
