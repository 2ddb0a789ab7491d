"""Jobs, their runs and dead letters, as they look from outside."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from assay.db.models import (
    DeadReason,
    JobDeadLetter,
    JobState,
)
from assay.web.models import ResponseModel


class JobRunView(ResponseModel):
    """One attempt at a job. `tick`: the moment of the schedule that asked for it; `delivery` counts the workers that
    were given this attempt."""

    id: UUID
    job: str
    task_id: str
    state: JobState
    attempt: int
    delivery: int
    worker: str | None
    tick: datetime | None
    due_at: datetime | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    statistics: dict[str, Any]
    error: str | None


class RunLogLineView(ResponseModel):
    """A failure during a run. `proposal_id` and `title`: of the proposal that it happened to; `extraction_run_id`:
    of the reading of messages in which it happened."""

    id: int
    at: datetime
    severity: str
    message: str
    proposal_id: UUID | None
    title: str | None
    extraction_run_id: UUID | None


class PastRunView(ResponseModel):
    """`seconds`: how long it took; null while it runs."""

    id: UUID
    state: JobState
    started_at: datetime
    seconds: float | None


class JobView(ResponseModel):
    """A job, its schedule in UTC, and how it ran last. Times in seconds."""

    name: str
    purpose: str
    cron: str
    timeout_seconds: float
    retry_delays: list[float]
    paused: bool
    schedule: str
    """The schedule in words."""
    next_tick: datetime | None
    """When the schedule asks for it next; null while it is paused."""
    last_run: JobRunView | None
    recent: list[PastRunView]
    """The last 30 runs that started, the newest first."""
    seconds_p50: float | None
    """Of those that ended well; null where there are none."""
    seconds_p95: float | None


class Accepted(ResponseModel):
    """`changed`: false where it was so already."""

    job: str
    changed: bool


class DeadLetterView(ResponseModel):
    """What the queue could not work off. `message`: what was queued, as text."""

    id: int
    at: datetime
    reason: DeadReason
    job: str
    error: str
    message: str
    replayed_at: datetime | None

    @classmethod
    def of(cls, letter: JobDeadLetter) -> Self:
        values = {name: getattr(letter, name) for name in cls.model_fields}
        return cls(**{**values, "message": letter.message.decode(errors="replace")})
