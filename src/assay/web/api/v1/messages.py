"""Messages: bringing them in, and reading them."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Scope, StoredMessage
from assay.errors import NotFound
from assay.extraction import actions, neighbours
from assay.readers.reading import MAX_REACTING, MAX_REACTION, MAX_REACTIONS
from assay.readers.records import MAX_ADDRESS, MAX_NAME, MAX_TEXT, IncomingMessage, TextSpan
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.middleware import MAX_IMPORT_BYTES
from assay.web.models import Moment, RequestModel, ResponseModel, Text, Words
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import FoundMessage, MessageInTalk, MessageView

router = APIRouter(prefix="/messages", tags=["messages"], route_class=Route)

MAX_MESSAGES = 1_000
MAX_QUOTED = 200
Name = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_NAME)]
Reaction = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_REACTION)]
Reacting = Annotated[list[Reaction], Field(max_length=MAX_REACTING)]
Address = Annotated[Text, StringConstraints(max_length=MAX_ADDRESS, pattern=r"^https?://[!-~]+$")]
Place = Annotated[list[Annotated[int, Field(ge=0, le=MAX_TEXT)]], Field(min_length=2, max_length=2)]


class NewMessage(RequestModel):
    """What somebody said. `external_id` is its name within its source; other words for it are an edit."""

    external_id: Name
    channel: Name
    author: Name
    sent_at: Moment
    text: Annotated[Text, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    thread: Name | None = None
    """The external id of the message that began the thread, or what the source calls the thread."""
    is_bot: bool = False
    author_id: Name | None = None
    """What the author is known by in the source: people are told apart by it, whatever their names are."""
    edited_at: Moment | None = None
    quoted: Annotated[list[Place], Field(default_factory=list, max_length=MAX_QUOTED)]
    """Start and end of words of the text that are not the author's. They are no evidence."""
    forwarded_from: Name | None = None
    permalink: Address | None = None
    reactions: Annotated[dict[Reaction, Reacting], Field(default_factory=dict, max_length=MAX_REACTIONS)]
    """Who reacted, by the name of the reaction. They are kept, and are no evidence."""

    @model_validator(mode="after")
    def _quotes_its_text(self) -> Self:
        if any(not 0 <= start < end <= len(self.text) for start, end in self.quoted):
            raise ValueError("a quoted place begins before it ends, within the text")
        return self

    def incoming(self) -> IncomingMessage:
        return IncomingMessage(**{**dict(self), "quoted": tuple(TextSpan(*each) for each in self.quoted)})


class Import(RequestModel):
    source: Name
    messages: Annotated[list[NewMessage], Field(min_length=1, max_length=MAX_MESSAGES)]


class Imported(ResponseModel):
    """How many were new, new words for known ones, known, and erased or deleted before, so that they stay out."""

    added: int
    edited: int
    unchanged: int
    erased: int


class MessageQuery(PageQuery):
    source: Words | None = None
    channel: Words | None = None


class MessageSearch(MessageQuery):
    q: Annotated[Words, Field(description='"several in a row", -without, or.')]


Beside = Annotated[int, Field(ge=0, le=50)]


class Around(RequestModel):
    """How many on each side."""

    before: Beside = 5
    after: Beside = 5


@router.post("", dependencies=[allow(Scope.PROPOSE)], max_body_size=MAX_IMPORT_BYTES)
async def ingest(asked: Import, session: Write, actor: Caller) -> Imported:
    """Bring in messages. They are read soon after; what is known by source and external id is not added again.

    Who is no admin writes to sources of their own, which are there from their first message on, and to those that an
    admin opened to them; another is answered with 403. Nothing is approved alone on a source until it is trusted.
    """
    report = await actions.ingest(
        session, [each.incoming() for each in asked.messages], source=asked.source, actor=actor
    )
    return Imported.model_validate(report)


@router.get("", dependencies=[allow(Scope.READ)])
async def list_messages(asked: Annotated[MessageQuery, Query()], session: Session) -> PageOf[MessageView]:
    """Messages, the newest first."""
    return await lists.messages(
        session, after=asked.after, limit=asked.limit, source=asked.source, channel=asked.channel
    )


@router.get("/search", dependencies=[allow(Scope.READ)])
async def search_messages(asked: Annotated[MessageSearch, Query()], session: Session) -> PageOf[FoundMessage]:
    """The latest versions of messages that hold these words, the newest first."""
    return await lists.found_messages(
        session, asked.q, after=asked.after, limit=asked.limit, source=asked.source, channel=asked.channel
    )


@router.get("/{message_id}/around", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_message_in_talk(message_id: UUID, asked: Annotated[Around, Query()], session: Session) -> MessageInTalk:
    """A message with what was said before and after it in its channel or, where it stands in one, in its thread."""
    message = await _message(session, message_id)
    near = (await neighbours.around(session, [message_id], before=asked.before, after=asked.after))[message_id]
    return MessageInTalk.model_validate({"message": message, "before": near.before, "after": near.after})


@router.get("/{message_id}", responses=documented(404), dependencies=[allow(Scope.READ)])
async def get_message(message_id: UUID, session: Session) -> MessageView:
    return MessageView.model_validate(await _message(session, message_id))


async def _message(session: AsyncSession, message_id: UUID) -> StoredMessage:
    found = await session.get(StoredMessage, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    return found
