"""Where messages come from: who may write there, and whether the machine may believe it."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import HookPlatform, Scope
from assay.errors import Unavailable
from assay.hooks import actions as hooks
from assay.hooks.actions import MAX_SECRET, MIN_SECRET
from assay.hooks.event import Document, Platform
from assay.kinds import Trust
from assay.sources import actions, queries
from assay.web.auth import Caller, Open, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.models import RequestModel, UserId
from assay.web.paging import IfMatch, PageQuery, version_read, with_version
from assay.web.state import Session, State, WebState
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import SourceView

router = APIRouter(prefix="/sources", tags=["sources"], route_class=Route)


ANSWER_SECONDS: Final = 2.5
"""Programs wait for three."""
ANYTHING: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}


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


class Connection(RequestModel):
    """A chat program that sends what is said. `secret`: by which it signs; of Discord the application's public key."""

    platform: HookPlatform
    secret: Annotated[SecretStr, Field(min_length=MIN_SECRET, max_length=MAX_SECRET)]


@router.put(
    "/{source_id}/connection",
    status_code=HTTPStatus.NO_CONTENT,
    responses=documented(404),
    dependencies=[allow(Scope.ADMIN)],
)
async def connect_source(source_id: UUID, asked: Connection, session: Session, actor: Caller) -> None:
    """Let a chat program send messages to `.../events`. A connection before ends. The secret is never shown again."""
    name = (await queries.get(session, source_id)).name
    await hooks.connect(session, name, asked.platform, asked.secret.get_secret_value(), actor=actor)


@router.delete(
    "/{source_id}/connection",
    status_code=HTTPStatus.NO_CONTENT,
    responses=documented(404),
    dependencies=[allow(Scope.ADMIN)],
)
async def disconnect_source(source_id: UUID, session: Write, actor: Caller) -> None:
    """Take nothing more from the chat program."""
    await hooks.disconnect(session, (await queries.get(session, source_id)).name, actor=actor)


@router.post("/{source_id}/events", dependencies=[allow(Open.EVERYBODY)], openapi_extra=ANYTHING)
async def take_event(source_id: UUID, request: Request, state: State) -> JSONResponse:
    """Take what a connected chat program sends: Slack, Telegram, Discord or Mattermost. Its signature proves it.

    It is answered in less than three seconds. Where that is not enough, with 503, and the program sends it again.
    """
    headers, body = {name.lower(): value for name, value in request.headers.items()}, await request.body()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            async with state.connections.reads.transaction() as session:
                platform, document = await hooks.proved(session, source_id, headers, body)
            return await _taken(state, source_id, platform, document)
    except TimeoutError:
        raise Unavailable("Somebody else is changing the same source: send it again.") from None


async def _taken(state: WebState, source_id: UUID, platform: Platform, document: Document) -> JSONResponse:
    """One event of a source after the other: those that wait for the source hold no connection meanwhile."""
    async with state.queues.turn(f"events of {source_id}"), state.connections.writes.transaction() as session:
        return JSONResponse(await hooks.take(session, source_id, platform, document))


async def _view(session: AsyncSession, source_id: UUID, response: Response) -> SourceView:
    found = await queries.get(session, source_id)
    with_version(response, found.version)
    return SourceView.model_validate(found)
