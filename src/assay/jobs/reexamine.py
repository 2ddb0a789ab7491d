"""The part of a job that re-examines what the system approved where the conversation went on."""

from collections.abc import Sequence

import structlog

from assay.audit.actor import SYSTEM
from assay.db.engine import first_line
from assay.queue.context import JobContext
from assay.queue.failures import is_transient
from assay.queue.notify import send_job_error_notification
from assay.review import reexamine
from assay.review.actions import MIN_VOICES
from assay.review.reexamine import TalkPlace

log = structlog.get_logger(__name__)


async def reexamine_approved(context: JobContext) -> None:
    """Until nothing changed that was not looked at, or a channel failed, which is then tried last."""
    while not context.time_is_up:
        async with context.database.transaction() as session:
            places = await reexamine.places(session)
        if not places or not await _look(context, places):
            return


async def _look(context: JobContext, places: Sequence[TalkPlace]) -> bool:
    """Looks at channels in one transaction; where that fails, at each alone."""
    try:
        async with context.database.transaction() as session:
            questioned = await reexamine.look(session, places, min_voices=MIN_VOICES)
    except Exception as error:
        if is_transient(error):
            raise
        if len(places) > 1:
            return all([await _look(context, [each]) for each in places])
        await _report(context, places[0], error)
        return False
    if questioned:
        log.info("What was approved no longer stands", job=context.job, atoms=len(questioned))
    return questioned is not None


async def _report(context: JobContext, place: TalkPlace, error: Exception) -> None:
    log.error("Job %s: could not look again at a channel: %s", context.job, first_line(error))
    async with context.database.transaction() as session:
        await reexamine.note_failure(session, place)
    await send_job_error_notification(context.database, context.job, error, {}, actor=SYSTEM)
