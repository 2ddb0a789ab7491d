"""What went wrong during one run, item by item, as the audit log has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, Uuid, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.functions import coalesce

from assay.clock import MAX_SKEW, now
from assay.db.models import AuditEntry, JobRun, Proposal
from assay.errors import NotFound
from assay.messaging.events import Channel, JobError

MAX_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class RunLogLine:
    """A failure. `proposal_id` and `title`: of the proposal that it happened to; `extraction_run_id`: while reading."""

    id: int
    at: datetime
    severity: str
    message: str
    proposal_id: UUID | None
    title: str | None
    extraction_run_id: UUID | None


async def run_log(session: AsyncSession, run_id: UUID) -> Sequence[RunLogLine]:
    """The first MAX_LINES, the oldest first. Runs of one job do not overlap, so what it said meanwhile is this run's.

    Raises NotFound for a run that there is not.
    """
    run = await session.get(JobRun, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    begin, end = run.started_at or run.queued_at, run.finished_at or now()
    data = AuditEntry.data
    said_at = cast(data["timestamp"].astext, DateTime(timezone=True))
    proposal_id = cast(data["context"]["proposal_id"].astext, Uuid)
    reading = cast(data["context"]["extraction_run_id"].astext, Uuid)
    rows = await session.execute(
        select(
            AuditEntry.id,
            said_at,
            coalesce(AuditEntry.severity, "error"),
            data["error_message"].astext,
            proposal_id,
            Proposal.title,
            reading,
        )
        .outerjoin(Proposal, Proposal.id == proposal_id)
        .where(
            AuditEntry.channel == Channel.SYSTEM_NOTIFICATIONS,
            AuditEntry.at.between(begin - MAX_SKEW, end + MAX_SKEW),
            AuditEntry.action == JobError.type,
            data["job_name"].astext == run.job,
            said_at.between(begin, end),
        )
        .order_by(AuditEntry.id)
        .limit(MAX_LINES)
    )
    return [RunLogLine(*row) for row in rows]
