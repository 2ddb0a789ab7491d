"""The history of background jobs, and at the same time the outbox of the executions that were asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    LOST = "lost"
    SKIPPED = "skipped"


class JobRun(Base):
    """One execution of a job. What is `queued` and has no `dispatched_at` has still to be given to the broker."""

    __tablename__ = "job_runs"
    __table_args__ = (
        Index("ix_job_runs_job_started_at", "job", "started_at"),
        Index("uq_job_runs_task_id_attempt_delivery", "task_id", "attempt", "delivery", unique=True),
        Index(
            "uq_job_runs_job_tick",
            "job",
            "tick",
            unique=True,
            postgresql_where=text("tick IS NOT NULL AND attempt = 1 AND delivery = 1"),
        ),
        Index("ix_job_runs_open", "job", "state", postgresql_where=text("state IN ('queued', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str]
    state: Mapped[JobState]
    task_id: Mapped[str] = mapped_column(server_default=text("gen_random_uuid()::text"))
    """What was asked for. Its retries and repeated deliveries keep it."""
    attempt: Mapped[int] = mapped_column(server_default=text("1"))
    """1, and one more for each retry."""
    delivery: Mapped[int] = mapped_column(server_default=text("1"))
    """1, and one more each time the attempt was started again because its process died or gave it back."""
    tick: Mapped[datetime | None]
    """The moment of the schedule that asked for it."""
    worker: Mapped[str | None]
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    """When a retry is to start."""
    dispatched_at: Mapped[datetime | None] = mapped_column("kicked_at")
    """When the broker got it. The column keeps its name, for a version that is deployed beside this one reads it."""
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempted: Mapped[int] = mapped_column(server_default=text("0"))
    """Items that it tried to carry out. What it only looked at is not among them."""
    failed: Mapped[int] = mapped_column(server_default=text("0"))
    """Of those, the ones that did not go through."""
    statistics: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    error: Mapped[str | None]
