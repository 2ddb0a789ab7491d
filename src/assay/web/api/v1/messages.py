"""Messages: bringing them in, and reading them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import select, tuple_

from assay.db.models import Message, Scope
from assay.errors import NotFound
from assay.extraction import actions
from assay.extraction.incoming import NAME_LIMIT, TEXT_LIMIT, IncomingMessage
from assay.web.access import Caller, allow
from assay.web.errors import documented
from assay.web.guard import LARGEST_IMPORT
from assay.web.idempotency import Route, Write
from assay.web.models import Answer, Asked, Moment, Text, Words
from assay.web.paging import PageOf, PageQuery, cursor, place
from assay.web.state import Session

router = APIRouter(prefix="/messages", tags=["messages"], route_class=Route)

MOST = 1_000
Name = Annotated[Text, StringConstraints(min_length=1, max_length=NAME_LIMIT)]


class NewMessage(Asked):
    """What somebody said. `external_id` is its name within its source; other words for it are an edit."""

    external_id: Name
    channel: Name
    author: Name
    sent_at: Moment
    text: Annotated[Text, StringConstraints(min_length=1, max_length=TEXT_LIMIT)]
    thread: Name | None = None
    is_bot: bool = False


class Import(Asked):
    source: Name
    messages: Annotated[list[NewMessage], Field(min_length=1, max_length=MOST)]


class Imported(Answer):
    """How many were new, how many are new words for known ones, and how many were known."""

    added: int
    edited: int
    unchanged: int


class MessageView(Answer):
    id: UUID
    source: str
    external_id: str
    version: int
    is_latest: bool
    channel: str
    author: str
    sent_at: datetime
    text: str
    thread: str | None
    is_bot: bool
    ingested_at: datetime
    extraction_run_id: UUID | None
    read_at: datetime | None


class MessageQuery(PageQuery):
    source: Words | None = None
    channel: Words | None = None


@router.post("", dependencies=[allow(Scope.PROPOSE)], max_body_size=LARGEST_IMPORT)
async def ingest(asked: Import, session: Write, actor: Caller) -> Imported:
    """Bring in messages. They are read soon after; what is known by source and external id is not added again."""
    incoming = [IncomingMessage(**dict(each)) for each in asked.messages]
    report = await actions.ingest(session, incoming, source=asked.source, actor=actor)
    return Imported.model_validate(report)


@router.get("", dependencies=[allow(Scope.READ)])
async def list_messages(asked: Annotated[MessageQuery, Query()], session: Session) -> PageOf[MessageView]:
    """Messages, the newest first."""
    limit = asked.limit
    query = select(Message).order_by(Message.sent_at.desc(), Message.id.desc()).limit(limit + 1)
    for column, value in ((Message.source, asked.source), (Message.channel, asked.channel)):
        if value is not None:
            query = query.where(column == value)
    shape: Any = tuple[AwareDatetime, UUID]
    if start := place(asked.after, "messages", shape):
        query = query.where(tuple_(Message.sent_at, Message.id) < tuple_(*start))
    found = (await session.scalars(query)).all()
    more = found[limit - 1] if len(found) > limit else None
    return PageOf[MessageView](
        items=[MessageView.model_validate(each) for each in found[:limit]],
        next=cursor((more.sent_at, more.id), "messages") if more else None,
    )


@router.get("/{message_id}", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_message(message_id: UUID, session: Session) -> MessageView:
    found = await session.get(Message, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    return MessageView.model_validate(found)
