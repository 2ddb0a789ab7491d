"""Uploaded exports, as they look from outside."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.models import Import, ImportState
from assay.imports import queries
from assay.web.models import ResponseModel
from assay.web.views.cursors import cursor, place
from assay.web.views.lists import BY_ID
from assay.web.views.paging import PageOf, cut


class ChannelPreview(ResponseModel):
    """What a channel holds. `people` and `bots`: the first 50 names."""

    name: str
    messages: int
    people: list[str]
    people_total: int
    bots: list[str]
    first: datetime | None
    last: datetime | None


class BadRecordView(ResponseModel):
    """Something that will be left out."""

    where: str
    why: str


class PreviewView(ResponseModel):
    """What was understood of an export. `new`, `edited`, `known`: of its messages, to the source."""

    format: str
    encoding: str
    zone: str | None
    """In which times without a zone are read; null where there are none."""
    day_order: str | None
    channels: list[ChannelPreview]
    """The first 500."""
    channels_total: int
    threads: int
    edits: int
    skipped: dict[str, int]
    """What is no message, by its kind."""
    bad: list[BadRecordView]
    """The first 20 of `bad_records`."""
    bad_records: int
    unknown_ids: list[str]
    warnings: list[str]
    new: int
    edited: int
    known: int


class ImportProgress(ResponseModel):
    """How far it is, in messages. `left_out` is known at the end."""

    total: int | None
    done: int
    added: int
    edited: int
    unchanged: int
    erased: int
    left_out: int


class ImportOutcome(ResponseModel):
    """What has come of it so far. While `unread` is not 0, an extraction still has messages to read."""

    unread: int
    runs: list[UUID]
    topic_proposals: int
    atom_proposals: int
    topics: int
    atoms: int


class ImportView(ResponseModel):
    """An uploaded export. Which of the parts below are there depends on its `state`."""

    id: UUID
    file_name: str
    size: int
    received: int
    """Bytes that are there: the upload goes on from here."""
    source: str
    options: dict[str, str]
    state: ImportState
    error: str | None
    """One sentence on why it failed, or was given up."""
    preview: PreviewView | None
    progress: ImportProgress
    outcome: ImportOutcome | None = Field(None)
    """Null in lists, and before it was started."""
    created_by_user_id: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Import, outcome: queries.ImportResult | None = None, *, in_full: bool = True) -> Self:
        """`in_full`: with the preview, which may be long."""
        own = cls.model_fields.keys() - {"preview", "progress", "outcome"}
        values: dict[str, Any] = {name: getattr(row, name) for name in own}
        counts = {name: getattr(row, name, None) for name in ImportProgress.model_fields}
        progress = ImportProgress(**{**counts, "total": row.messages_total, "done": row.messages_done})
        preview = PreviewView.model_validate(row.preview) if in_full and row.preview else None
        found = ImportOutcome.model_validate(outcome) if outcome else None
        return cls(**values, preview=preview, progress=progress, outcome=found)


async def one(session: AsyncSession, import_id: UUID, *, actor: Actor) -> ImportView:
    """One import with what came of it. Raises NotFound."""
    row = await queries.get(session, import_id, actor=actor)
    return ImportView.of(row, await queries.outcome(session, row.id) if row.started_at else None)


async def page(session: AsyncSession, *, after: str | None, limit: int, actor: Actor) -> PageOf[ImportView]:
    """One's own imports, an admin's all, the newest first, without their previews."""
    start = place(after, "imports", BY_ID)
    rows = await queries.listed(session, actor=actor, after=start and start[0], limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.id,))
    return PageOf[ImportView](
        items=[ImportView.of(each, in_full=False) for each in found], next=cursor(rest, "imports")
    )
