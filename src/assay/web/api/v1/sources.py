"""Where messages come from: who may write there, and whether the machine may believe it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Scope
from assay.kinds import Trust
from assay.sources import actions, queries
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import RequestModel, UserId
from assay.web.paging import IfMatch, PageQuery, version_read, with_version
from assay.web.state import Session
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import SourceView

router = APIRouter(prefix="/sources", tags=["sources"], route_class=Route)


class SourceChange(RequestModel):
    """All of what an admin says of a source. `writers` may write to it besides its owner and the admins."""

    trust: Trust
    owner_id: UserId
    writers: Annotated[list[UserId], Field(max_length=actions.MAX_WRITERS)]


@router.get("", dependencies=[allow(Scope.READ)])
async def list_sources(asked: Annotated[PageQuery, Query()], session: Session) -> PageOf[SourceView]:
    """Sources, by name. A source is there from its first message on."""
    return await lists.sources(session, after=asked.after, limit=asked.limit)


@router.get("/{source_id}", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_source(source_id: UUID, session: Session, response: Response) -> SourceView:
    return await _view(session, source_id, response)


@router.put("/{source_id}", responses=documented(404, 412), dependencies=[allow(Scope.ADMIN)])
async def put_source(
    source_id: UUID, asked: SourceChange, session: Write, actor: Caller, response: Response, if_match: IfMatch = None
) -> SourceView:
    """Say who may write to a source and whether it is trusted. It holds at once, also for what came in before."""
    await actions.change(
        session,
        source_id,
        trust=asked.trust,
        owner_user_id=asked.owner_id,
        writers=asked.writers,
        actor=actor,
        version=version_read(if_match),
    )
    return await _view(session, source_id, response)


async def _view(session: AsyncSession, source_id: UUID, response: Response) -> SourceView:
    found = await queries.get(session, source_id)
    with_version(response, found.version)
    return SourceView.model_validate(found)
