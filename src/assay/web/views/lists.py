"""The lists, a page at a time: the same pages over HTTP and at the command line."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts import actions as accounts
from assay.accounts import tokens as keys
from assay.alerts import outbox
from assay.audit import queries as audit
from assay.db.models import RunStatus
from assay.extraction import queries as extraction
from assay.policies import queries as policies
from assay.sources import queries as origins
from assay.web.models import Moment, Words
from assay.web.views.cursors import cursor, place
from assay.web.views.paging import BY_NUMBER, PageOf, cut
from assay.web.views.records import (
    AlertView,
    AuditEntryView,
    FoundMessage,
    MessageView,
    RunView,
    SourceView,
    TokenView,
    UserView,
    VersionView,
)

BY_AGE: Final[Any] = tuple[Moment, UUID]
BY_ID: Final[Any] = tuple[UUID]
BY_NAME: Final[Any] = tuple[Words]


async def messages(
    session: AsyncSession, *, after: str | None, limit: int, source: str | None = None, channel: str | None = None
) -> PageOf[MessageView]:
    """The newest first. Raises InvalidInput for a cursor that is none, as every list does."""
    start: tuple[datetime, UUID] | None = place(after, "messages", BY_AGE)
    rows = await extraction.listed_messages(session, source=source, channel=channel, after=start, limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.sent_at, row.id))
    return PageOf[MessageView].model_validate({"items": found, "next": cursor(rest, "messages")})


async def found_messages(
    session: AsyncSession, words: str, *, after: str | None, limit: int, source: str | None, channel: str | None
) -> PageOf[FoundMessage]:
    """Those that hold the words, the newest first."""
    start: tuple[datetime, UUID] | None = place(after, "found messages", BY_AGE)
    rows = await extraction.found_messages(session, words, source=source, channel=channel, after=start, limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row[0].sent_at, row[0].id))
    items = [FoundMessage.of(message, headline) for message, headline in found]
    return PageOf[FoundMessage](items=items, next=cursor(rest, "found messages"))


async def sources(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[SourceView]:
    """By name."""
    start = place(after, "sources", BY_ID)
    rows = await origins.listed(session, after=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.id,))
    return PageOf[SourceView].model_validate({"items": found, "next": cursor(rest, "sources")})


async def runs(
    session: AsyncSession, *, after: str | None, limit: int, status: RunStatus | None = None
) -> PageOf[RunView]:
    """The runs that read messages, the newest first."""
    start: tuple[datetime, UUID] | None = place(after, "extractions", BY_AGE)
    rows = await extraction.listed_runs(session, status=status, after=start, limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.created_at, row.id))
    return PageOf[RunView].model_validate({"items": found, "next": cursor(rest, "extractions")})


async def users(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[UserView]:
    """Everybody, by name."""
    start = place(after, "users", BY_NAME)
    rows = await accounts.listed(session, after=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.name,))
    return PageOf[UserView].model_validate({"items": found, "next": cursor(rest, "users")})


async def tokens(
    session: AsyncSession, *, after: str | None, limit: int, user_id: int | None = None
) -> PageOf[TokenView]:
    """The newest first. `user_id`: those of one user."""
    start = place(after, "tokens", BY_ID)
    rows = await keys.listed(session, user_id=user_id, after=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row[0].id,))
    return PageOf[TokenView](items=[TokenView.of(*each) for each in found], next=cursor(rest, "tokens"))


async def audit_entries(
    session: AsyncSession,
    *,
    after: str | None,
    limit: int,
    action: str | None = None,
    subject: UUID | None = None,
    actor: int | None = None,
    before: int | None = None,
) -> PageOf[AuditEntryView]:
    """The newest first. `before`: older than this entry."""
    start = place(after, "audit", BY_NUMBER)
    bounds = [each for each in (before, start and start[0]) if each is not None]
    rows = await audit.entries(
        session,
        action=action,
        subject_id=subject,
        actor_user_id=actor,
        before=min(bounds, default=None),
        limit=limit + 1,
    )
    found, rest = cut(rows, limit, lambda row: (row["id"],))
    items = [AuditEntryView.model_validate(dict(each)) for each in found]
    return PageOf[AuditEntryView](items=items, next=cursor(rest, "audit"))


async def policy_versions(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[VersionView]:
    """The newest first."""
    start = place(after, "policy versions", BY_NUMBER)
    rows = await policies.history(session, before=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.version,))
    return PageOf[VersionView].model_validate({"items": found, "next": cursor(rest, "policy versions")})


async def alerts(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[AlertView]:
    """The newest first."""
    start = place(after, "alerts", BY_NUMBER)
    rows = await outbox.listed(session, before=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.id,))
    return PageOf[AlertView].model_validate({"items": found, "next": cursor(rest, "alerts")})
