"""Connecting a source to a chat program, and taking what it sends. Each action leaves the commit to its caller."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.requester import requester_as_actor
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import among
from assay.db.models import HookPlatform, Source, SourceHook, StoredMessage, Via
from assay.errors import InvalidInput, NotFound, Unauthenticated
from assay.extraction import actions as extraction
from assay.hooks import discord, mattermost, slack, telegram
from assay.hooks.event import Document, Headers, HookEvent, Platform, document_of, reading
from assay.readers.preview import Preview
from assay.readers.records import IncomingMessage
from assay.sources.actions import SOURCE, admit, refuse_foreign

PLATFORMS: Final[Mapping[HookPlatform, Platform]] = {
    HookPlatform.SLACK: slack.PLATFORM,
    HookPlatform.TELEGRAM: telegram.PLATFORM,
    HookPlatform.DISCORD: discord.PLATFORM,
    HookPlatform.MATTERMOST: mattermost.PLATFORM,
}
MIN_SECRET: Final = 16
MAX_SECRET: Final = 256
NOT_PROVED: Final = "No source is connected here with what this request was signed with."


async def connect(session: AsyncSession, name: str, platform: HookPlatform, secret: str, *, actor: Actor) -> UUID:
    """Lets a program send messages into a source, which is made where there is none. A connection before ends.

    Raises InvalidInput for what cannot be a secret and for a missing extra, Forbidden where the actor may
    not write to the source.
    """
    extraction.check_source(name)
    _check_secret(platform, secret)
    await admit(session, name, actor=actor)
    source_id = (await session.execute(select(Source.id).where(Source.name == name))).scalar_one()
    row = {"platform": platform, "secret": secret, "created_by_user_id": actor.user_id, "created_at": now()}
    made = insert(SourceHook).values(source_id=source_id, **row)
    await session.execute(made.on_conflict_do_update(index_elements=["source_id"], set_=row))
    detail = {"name": name, "platform": platform}
    await record(session, actor, [Record("source.connected", source_id, SOURCE, detail=detail)])
    return source_id


async def disconnect(session: AsyncSession, name: str, *, actor: Actor) -> None:
    """Raises NotFound where the source is not connected."""
    await refuse_foreign(session, name, actor=actor)
    connected = select(Source.id).where(Source.name == name).scalar_subquery()
    gone = await session.scalar(
        delete(SourceHook).where(SourceHook.source_id == connected).returning(SourceHook.source_id)
    )
    if gone is None:
        raise NotFound(f"The source {name!r} is not connected to any program.")
    await record(session, actor, [Record("source.disconnected", gone, SOURCE, detail={"name": name})])


def _check_secret(platform: HookPlatform, secret: str) -> None:
    is_key = platform is HookPlatform.DISCORD
    if is_key:
        discord.refuse_without_extra()
    if is_key and not (len(secret) == 64 and all(each in "0123456789abcdefABCDEF" for each in secret)):
        raise InvalidInput("The public key of a Discord application has 64 hexadecimal digits.")
    if not MIN_SECRET <= len(secret) <= MAX_SECRET or not secret.isascii() or not secret.isprintable():
        raise InvalidInput(f"The secret has {MIN_SECRET} to {MAX_SECRET} plain characters.")


async def proved(session: AsyncSession, source_id: UUID, headers: Headers, body: bytes) -> tuple[Platform, Document]:
    """What was sent, once it is clear by whom. Raises Unauthenticated, in the same words whatever does not fit."""
    hook = await session.get(SourceHook, source_id)
    platform = PLATFORMS[hook.platform] if hook else None
    if hook is None or platform is None or not platform.is_genuine(hook.secret, headers, body):
        raise Unauthenticated(NOT_PROVED)
    is_form = hook.platform is HookPlatform.MATTERMOST
    return platform, mattermost.fields_of(body) if is_form else document_of(body)


async def take(session: AsyncSession, source_id: UUID, platform: Platform, document: Document) -> Any:
    """Stores what was said, changed or deleted, and returns what the program is answered.

    The same event twice changes nothing. Words older than those of an edit that arrived first are ignored.
    """
    source, actor = await _origin(session, source_id)
    event = platform.read(document, await _known_channel(session, source, platform.room(document)))
    if event.export is not None:
        messages, deleted = await _read_messages(session, source, event, platform)
        await extraction.ingest(session, messages, source=source, actor=actor)
        await extraction.delete(session, deleted, source=source, actor=actor)
    return event.answer


async def _origin(session: AsyncSession, source_id: UUID) -> tuple[str, Actor]:
    found = await session.execute(
        select(Source.name, SourceHook.created_by_user_id)
        .join(SourceHook, SourceHook.source_id == Source.id)
        .where(Source.id == source_id)
    )
    if (origin := found.one_or_none()) is None:
        raise Unauthenticated(NOT_PROVED)
    name, user_id = origin
    return name, await requester_as_actor(session, user_id, via=Via.TOKEN, token_id=None)


async def _known_channel(session: AsyncSession, source: str, room: str) -> str | None:
    """What an import called the channel whose messages have ids that begin so: the talk goes on there."""
    if not room:
        return None
    first = (
        select(StoredMessage.external_id, StoredMessage.channel)
        .where(StoredMessage.source == source, StoredMessage.external_id >= room)
        .order_by(StoredMessage.external_id)
        .limit(1)
    )
    row = (await session.execute(first)).one_or_none()
    return row.channel if row and row.external_id.startswith(room) else None


async def _read_messages(
    session: AsyncSession, source: str, event: HookEvent, platform: Platform
) -> tuple[list[IncomingMessage], list[str]]:
    seen = Preview(reading(event, platform.reader))
    messages = list(seen.counted())
    roots = {each.thread for each in messages if each.thread}
    rows = await session.execute(
        select(StoredMessage.external_id, StoredMessage.thread).where(
            StoredMessage.source == source,
            among(StoredMessage.external_id, roots),
            StoredMessage.is_latest,
            StoredMessage.thread.is_not(None),
        )
    )
    known = dict(rows.tuples().all())
    return [replace(each, thread=known.get(each.thread or "", each.thread)) for each in messages], seen.deleted_ids
