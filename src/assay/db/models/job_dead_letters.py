"""Messages of the queue that cannot be worked off."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class DeadReason(StrEnum):
    UNPARSEABLE = "unparseable"
    UNKNOWN_TASK = "unknown_task"
    CRASH_LOOP = "crash_loop"
    RETRIES_EXHAUSTED = "retries_exhausted"
    PERMANENT = "permanent"


class JobDeadLetter(Base):
    """The mirror of a message in the stream of dead letters, for people."""

    __tablename__ = "job_dead_letters"
    __table_args__ = (
        Index("uq_job_dead_letters_source", "source", unique=True),
        Index("ix_job_dead_letters_at", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source: Mapped[str]
    """What died, named once and for all, so that it is recorded once."""
    job: Mapped[str]
    """As the message names it; empty where it cannot be read."""
    reason: Mapped[DeadReason]
    error: Mapped[str]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    replayed_at: Mapped[datetime | None]
    replayed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
