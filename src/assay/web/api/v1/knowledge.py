"""Approved knowledge: one router, mounted for topics and for atoms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from assay.db.models import Scope
from assay.kinds import TRAITS, AtomType, Kind
from assay.knowledge.restore import restore
from assay.knowledge.search import SearchFilter
from assay.knowledge.sql import DEPTH
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import Notes, RequestModel, Share, Words
from assay.web.paging import IfMatch, PageQuery, version_read, with_version
from assay.web.state import Session, State
from assay.web.views import entity_detail, finding
from assay.web.views.knowledge import BY_KIND, EntityDetail, Found, History
from assay.web.views.paging import PageOf

MAX_FOUND = DEPTH
READING = [allow(Scope.READ)]
Revision = Annotated[int, Path(ge=1, le=2**53)]


class KnowledgeFilter(RequestModel):
    topic: UUID | None = None
    type: AtomType | None = None
    confidence_min: Share | None = None

    def of(self, kind: Kind) -> SearchFilter:
        return SearchFilter(kind, self.topic, self.type, self.confidence_min)


class KnowledgeQuery(PageQuery, KnowledgeFilter):
    """A page of what fits."""


class SearchQuery(KnowledgeFilter):
    q: Words
    limit: Annotated[int, Query(ge=1, le=MAX_FOUND)] = 20


class Restoring(RequestModel):
    """Why, for the trail."""

    notes: Notes | None = None


def router_for(kind: Kind) -> APIRouter:
    """The approved knowledge of one kind."""
    router = APIRouter(prefix=f"/knowledge/{TRAITS[kind].plural}", tags=[TRAITS[kind].plural], route_class=Route)
    for add in (_add_list, _add_search, _add_reasons, _add_restoring):
        add(router, kind)
    return router


def _add_list(router: APIRouter, kind: Kind) -> None:
    plural, view = TRAITS[kind].plural, BY_KIND[kind]

    @router.get("", response_model=PageOf[view], name=f"list_{plural}", dependencies=READING)  # type: ignore[valid-type]
    async def list_entities(query: Annotated[KnowledgeQuery, Query()], session: Session) -> Any:
        """Live ones, the newest first."""
        return await finding.page(session, query.of(kind), after=query.after, limit=query.limit)


def _add_search(router: APIRouter, kind: Kind) -> None:
    plural, view = TRAITS[kind].plural, BY_KIND[kind]

    @router.get("/search", response_model=Found[view], name=f"search_{plural}", dependencies=READING)  # type: ignore[valid-type]
    async def search_entities(query: Annotated[SearchQuery, Query()], state: State) -> Any:
        """By words and by meaning, the best first."""
        return {
            "items": await finding.found(
                state.connections.reads, state.deps, [query.of(kind)], query.q, limit=query.limit
            )
        }


def _add_reasons(router: APIRouter, kind: Kind) -> None:
    view: Any = BY_KIND[kind]

    @router.get(
        "/{entity_id}",
        response_model=EntityDetail[view],
        name=f"get_{kind}",
        responses=documented(404),
        dependencies=READING,
    )
    async def get_entity(entity_id: UUID, session: Session, response: Response) -> Any:
        """It, and why we believe it: what was said, who decided and by which policy, what was merged into it."""
        detail = await entity_detail.detail(session, kind, entity_id)
        with_version(response, detail["entity"].revision)
        return detail

    @router.get("/{entity_id}/history", name=f"get_{kind}_history", responses=documented(404), dependencies=READING)
    async def get_history(entity_id: UUID, session: Session) -> History:
        """Every revision, the newest first."""
        return History.model_validate({"items": await entity_detail.history(session, kind, entity_id)})


def _add_restoring(router: APIRouter, kind: Kind) -> None:
    view = BY_KIND[kind]

    @router.post(
        "/{entity_id}/revisions/{number}/restore",
        response_model=view,
        name=f"restore_{kind}",
        responses=documented(404, 409, 412),
        dependencies=[allow(Scope.REVIEW)],
    )
    async def restore_revision(
        entity_id: UUID,
        number: Revision,
        asked: Restoring,
        session: Write,
        actor: Caller,
        response: Response,
        if_match: IfMatch = None,
    ) -> Any:
        """Bring back the words of an earlier revision, as a new one."""
        version = version_read(if_match)
        made = await restore(session, kind, entity_id, number, actor=actor, notes=asked.notes, read=version)
        with_version(response, made)
        return view.of(await entity_detail.entity(session, kind, entity_id))


routers = [router_for(each) for each in Kind]
