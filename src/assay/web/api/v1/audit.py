"""The trail of every change."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from assay.audit import queries
from assay.db.models import Scope
from assay.web.access import allow
from assay.web.models import LARGEST_ID, Answer, UserId, Words
from assay.web.paging import ListQuery
from assay.web.state import Session

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[allow(Scope.ADMIN)])


class AuditEntryView(Answer):
    """One change: what happened to what, and who did it."""

    id: int
    at: datetime
    actor_user_id: int
    actor: str
    action: str
    entity_type: str | None
    subject_id: UUID | None
    channel: str | None
    severity: str | None
    data: dict[str, Any]
    detail: dict[str, Any]


class AuditPage(Answer):
    """`next` is the `before` of the next page; null on the last one."""

    items: list[AuditEntryView]
    next: int | None


class AuditQuery(ListQuery):
    action: Words | None = None
    subject: UUID | None = None
    actor: UserId | None = None
    before: Annotated[int | None, Field(ge=1, le=LARGEST_ID, description="Older than this entry.")] = None


@router.get("")
async def list_entries(asked: Annotated[AuditQuery, Query()], session: Session) -> AuditPage:
    """Entries, the newest first."""
    found = await queries.entries(
        session,
        action=asked.action,
        subject_id=asked.subject,
        actor_user_id=asked.actor,
        before=asked.before,
        limit=asked.limit + 1,
    )
    items = [AuditEntryView.model_validate(dict(row)) for row in found[: asked.limit]]
    return AuditPage(items=items, next=items[-1].id if len(found) > asked.limit else None)
