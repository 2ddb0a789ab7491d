"""One pass of an extractor over a window of messages."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id


class TriggerType(StrEnum):
    MANUAL = "manual"
    SCHEDULED = "scheduled"
    INGEST = "ingest"
    BATCH = "batch"


class RunStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_RUN_STATES = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED)


class KnowledgeExtractionRun(Base):
    __tablename__ = "extraction_runs"
    __table_args__ = (Index("ix_extraction_runs_status_created_at", "status", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    trigger_type: Mapped[TriggerType]
    triggered_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    status: Mapped[RunStatus] = mapped_column(server_default=RunStatus.PENDING)
    time_window_start: Mapped[datetime | None]
    time_window_end: Mapped[datetime | None]
    config_snapshot: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    extractor: Mapped[str]
    model_name: Mapped[str]
    prompt_version: Mapped[str]
    messages_analyzed: Mapped[int] = mapped_column(server_default=text("0"))
    topic_proposals_created: Mapped[int] = mapped_column(server_default=text("0"))
    atom_proposals_created: Mapped[int] = mapped_column(server_default=text("0"))
    llm_tokens_used: Mapped[int] = mapped_column(server_default=text("0"))
    cost_estimate: Mapped[float] = mapped_column(server_default=text("0"))
    dropped: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """How much of what the extractor wrote became no proposal, by reason."""
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
