"""Telling people that a job failed, or works again."""

from typing import Any, Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM, Actor
from assay.clock import now
from assay.db.engine import Database, first_line
from assay.errors import AssayError
from assay.messaging.events import JobError, JobRecovered, Severity

log = structlog.get_logger(__name__)


EXPECTED: Final = (AssayError, OperationalError, InterfaceError)
"""Errors whose sentence says everything; the others are ours to find, and show where they arose."""


async def send_job_error_notification(
    database: Database,
    job_name: str,
    error: BaseException,
    context: dict[str, Any],
    severity: Severity = "error",
    actor: Actor = SYSTEM,
) -> None:
    """Logs the failure and announces `job.error` on the channel of system notifications."""
    message = first_line(error)
    trace = None if isinstance(error, EXPECTED) else error
    log.error(
        "Job %s failed: %s", job_name, message, job_name=job_name, context=context, severity=severity, exc_info=trace
    )
    event = JobError(job_name, message, context, now())
    async with database.transaction() as session:
        await record(session, actor, [Record.of(event, severity=severity)])


async def send_job_recovered(database: Database, job_name: str) -> None:
    """Announces that a job works again."""
    log.info("Job %s recovered", job_name)
    async with database.transaction() as session:
        await record(session, SYSTEM, [Record.of(JobRecovered(job_name))])
