"""From the outbox to the broker. Any number of relays may run; one of them at a time publishes."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from nats.aio.client import Client
from sqlalchemy import func, select

from assay.db.engine import UNREACHABLE, Database, first_line
from assay.db.notifications import listening
from assay.messaging import outbox
from assay.messaging.outbox import Frame
from assay.messaging.reconnect import FAULTS, Connected, reconnecting

log = structlog.get_logger(__name__)

BATCH: Final = 500
SWEEP_SECONDS: Final = 30.0
"""How long an event waits at most that nobody was told of."""
AFTER_ANOTHER_SECONDS: Final = 1.0
"""How soon it looks again where another relay was at work: that one may have died of it."""
PAUSE_AFTER_ERROR_SECONDS: Final = 1.0
_END_WHEN_HUNG: Final = select(func.set_config("idle_in_transaction_session_timeout", "5s", True))
"""A relay that is stopped in the middle would keep the lock, and with it all other relays, for as long as it is."""


async def relay(database: Database, nats_url: str) -> None:
    """Publishes events as their transactions commit, until it is cancelled.

    An event is numbered, committed and then sent. Dying in between loses nothing: each hub sees the gap in the
    numbers, or hears nothing for a while, and reads from the outbox.
    """
    async with reconnecting(nats_url, "assay relay") as connected:
        while True:
            try:
                await _relay(database, connected)
            except Exception as error:  # events go on, whatever happens to one attempt
                trace = None if isinstance(error, UNREACHABLE) else error
                log.warning("relay_interrupted", error=first_line(error), exc_info=trace)
                await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)


async def _relay(database: Database, connected: Connected) -> None:
    async with database.transaction() as session:
        subject = subject_of(await outbox.identity(session))
    async with listening(database.engine, outbox.NOTIFICATIONS) as wait:
        while True:
            frames = await _published(database)
            if frames:
                await _send(connected(), subject, frames)
            if frames is None:
                await wait(AFTER_ANOTHER_SECONDS)
            elif len(frames) < BATCH:  # of what was committed meanwhile we are told
                await wait(SWEEP_SECONDS)


def subject_of(identity: str) -> str:
    """Where the events of a database are sent to."""
    return f"assay.events.{identity}"


async def _published(database: Database) -> list[Frame] | None:
    async with database.transaction() as session:
        await session.execute(_END_WHEN_HUNG)
        return await outbox.publish(session, limit=BATCH)


async def _send(client: Client | None, subject: str, frames: Sequence[Frame]) -> None:
    """Sends what can be sent. The hubs read the rest from the outbox."""
    if client is None:
        return
    try:
        for frame in frames:
            if len(frame.json) <= client.max_payload:
                await client.publish(subject, frame.json)
    except FAULTS as error:
        log.warning("events_not_sent", error=str(error) or type(error).__name__)
