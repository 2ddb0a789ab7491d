"""Whole lists of proposals and of approved knowledge as files."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.engine import Database
from assay.db.models import Scope
from assay.kinds import TRAITS, Kind
from assay.proposals.lists import pages
from assay.proposals.lists.filters import Sort
from assay.web.api.v1 import knowledge
from assay.web.api.v1.filters import ProposalFilter
from assay.web.api.v1.whole_export import one_at_a_time
from assay.web.auth import Guarded, allow
from assay.web.export_stream import DOCUMENTED, Format, Read, as_file, chunks
from assay.web.state import State
from assay.web.views.finding import stretch
from assay.web.views.knowledge import BY_KIND
from assay.web.views.proposals import SCHEMAS, KindSchemas


class ProposalExport(ProposalFilter):
    sort: Sort = Sort.OLDEST
    format: Format = Format.JSONL


class KnowledgeExport(knowledge.KnowledgeFilter):
    format: Format = Format.JSONL


def of_proposals(schemas: KindSchemas) -> APIRouter:
    kind, plural = schemas.kind, TRAITS[schemas.kind].plural
    router = APIRouter(prefix=f"/knowledge/{plural}/proposals", tags=[f"{kind} proposals"], route_class=Guarded)

    @router.get(
        "/export",
        name=f"export_{kind}_proposals",
        response_class=StreamingResponse,
        responses=DOCUMENTED,
        dependencies=[allow(Scope.READ), one_at_a_time],
    )
    async def export(query: Annotated[ProposalExport, Query()], state: State) -> StreamingResponse:
        """All that fit, as JSON lines or CSV."""
        read = proposals_read(schemas, query)
        return await as_file(state.connections.reads, schemas.view, read, query.format, f"{kind}-proposals")

    return router


def of_knowledge(kind: Kind) -> APIRouter:
    plural = TRAITS[kind].plural
    router = APIRouter(prefix=f"/knowledge/{plural}", tags=[plural], route_class=Guarded)

    @router.get(
        "/export",
        name=f"export_{plural}",
        response_class=StreamingResponse,
        responses=DOCUMENTED,
        dependencies=[allow(Scope.READ), one_at_a_time],
    )
    async def export(query: Annotated[KnowledgeExport, Query()], state: State) -> StreamingResponse:
        """All live ones that fit, the newest first, as JSON lines or CSV."""
        return await as_file(state.connections.reads, BY_KIND[kind], knowledge_read(kind, query), query.format, plural)

    return router


def proposals_read(schemas: KindSchemas, query: ProposalExport) -> Read:
    wanted = query.of(schemas.kind)

    async def read(session: AsyncSession, after: Any, limit: int) -> tuple[Sequence[BaseModel], Any]:
        found = await pages.page(session, wanted, sort=query.sort, after=after, limit=limit)
        return [schemas.view.model_validate(each) for each in found.items], found.rest

    return read


def knowledge_read(kind: Kind, query: KnowledgeExport) -> Read:
    wanted = query.of(kind)

    async def read(session: AsyncSession, after: Any, limit: int) -> tuple[Sequence[BaseModel], Any]:
        return await stretch(session, wanted, after, limit)

    return read


def everything(database: Database) -> Iterator[tuple[str, AsyncIterator[bytes]]]:
    """All knowledge and all proposals as CSV, each list with the name of its file."""
    for kind in Kind:
        read = knowledge_read(kind, KnowledgeExport(format=Format.CSV))
        yield TRAITS[kind].plural, chunks(database, BY_KIND[kind], read, Format.CSV)
    for schemas in SCHEMAS:
        proposed = proposals_read(schemas, ProposalExport(format=Format.CSV))
        yield f"{schemas.kind}-proposals", chunks(database, schemas.view, proposed, Format.CSV)


routers = [*map(of_proposals, SCHEMAS), *map(of_knowledge, Kind)]
