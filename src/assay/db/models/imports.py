"""Exports that somebody uploads: what was understood of them, and how far they came in."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id
from assay.db.models.users import Via


class ImportState(StrEnum):
    """From the first byte to the last message."""

    UPLOADING = "uploading"
    CHECKING = "checking"
    """All of it is there and is being read for the preview."""
    CHECKED = "checked"
    """The preview is there. It waits for a person to start it."""
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_IMPORT_STATES: Final = frozenset({ImportState.COMPLETED, ImportState.CANCELLED})
"""Whose files are gone. One that failed may be tried with other options."""


class Import(Base):
    """One uploaded export. Its file lies in the folder of the uploads until the import has ended."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_open", "state", "id", postgresql_where=sql("state NOT IN ('completed', 'cancelled')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    file_name: Mapped[str]
    """As the person's own machine calls it."""
    size: Mapped[int]
    """Bytes that are to come."""
    received: Mapped[int] = mapped_column(server_default=sql("0"))
    """Bytes that are safely there: an upload goes on from here."""
    source: Mapped[str]
    options: Mapped[dict[str, Any]]
    """What the person says of the export where the export does not."""
    state: Mapped[ImportState]
    preview: Mapped[dict[str, Any] | None]
    messages_total: Mapped[int | None]
    """Messages and versions that the preview counted."""
    messages_done: Mapped[int] = mapped_column(server_default=sql("0"))
    """The place to go on from: so many of them were stored or known."""
    added: Mapped[int] = mapped_column(server_default=sql("0"))
    edited: Mapped[int] = mapped_column(server_default=sql("0"))
    unchanged: Mapped[int] = mapped_column(server_default=sql("0"))
    erased: Mapped[int] = mapped_column(server_default=sql("0"))
    left_out: Mapped[int] = mapped_column(server_default=sql("0"))
    attempts: Mapped[int] = mapped_column(server_default=sql("0"))
    """How often it was taken up since it last came further."""
    error: Mapped[str | None]
    created_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_via: Mapped[Via]
    created_by_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_tokens.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
