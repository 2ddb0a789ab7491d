"""Telling every receiver a notice that means nothing, to see whether it arrives."""

import asyncio
import socket
from collections.abc import Sequence

from assay.alerts.notice import Notice
from assay.alerts.receiver import Receiver, Undelivered
from assay.clock import now
from assay.errors import InvalidInput
from assay.messaging.events import JobError


async def tried(receivers: Sequence[Receiver]) -> dict[str, str | None]:
    """By the name of the receiver, why it did not take the test, or None. Raises InvalidInput where there is none."""
    if not receivers:
        raise InvalidInput("No receiver is configured: set ASSAY_WEBHOOK_URL or ASSAY_SMTP_URL first.")
    event = JobError("test", "This is a test: nothing is wrong.", {"host": socket.gethostname()}, now())
    notice = Notice.of(f"alert-test-{now():%Y%m%d%H%M%S%f}", event, now(), "error")
    problems = await asyncio.gather(*(_problem(each, notice) for each in receivers))
    return {each.name: problem for each, problem in zip(receivers, problems, strict=True)}


async def _problem(receiver: Receiver, notice: Notice) -> str | None:
    try:
        await receiver.send(notice)
    except Undelivered as error:
        return str(error)
    return None
