"""How knowledge hangs together: what is near what, and what contradicts what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay.db.models import Scope
from assay.web.auth import Guarded, allow
from assay.web.errors import documented
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import graph
from assay.web.views.graph import ContradictionView, GraphView
from assay.web.views.paging import PageOf

router = APIRouter(prefix="/knowledge", tags=["knowledge"], dependencies=[allow(Scope.READ)], route_class=Guarded)


@router.get("/contradictions")
async def list_contradictions(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[ContradictionView]:
    """Pairs of live atoms of which one says the opposite of the other."""
    return await graph.contradictions(session, after=asked.after, limit=asked.limit)


@router.get("/graph/{entity_id}", responses=documented(404))
async def get_graph(entity_id: UUID, session: Session) -> GraphView:
    """A topic or an atom, what is within two steps of it, and what connects all of them."""
    return await graph.surroundings(session, entity_id)
