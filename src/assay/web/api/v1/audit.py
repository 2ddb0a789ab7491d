"""The trail of every change."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from assay.db.models import Scope
from assay.web.auth import Guarded, allow
from assay.web.models import MAX_ID, UserId, Words
from assay.web.paging import PageQuery
from assay.web.state import Session
from assay.web.views import lists
from assay.web.views.paging import PageOf
from assay.web.views.records import AuditEntryView

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[allow(Scope.ADMIN)], route_class=Guarded)


class AuditQuery(PageQuery):
    action: Words | None = None
    subject: UUID | None = None
    actor: UserId | None = None
    before: Annotated[int | None, Field(ge=1, le=MAX_ID, description="Older than this entry.")] = None


@router.get("")
async def list_entries(asked: Annotated[AuditQuery, Query()], session: Session) -> PageOf[AuditEntryView]:
    """Entries, the newest first."""
    return await lists.audit_entries(session, **dict(asked))
