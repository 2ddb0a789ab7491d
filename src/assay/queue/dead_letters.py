"""What the queue cannot work off: kept in a stream of its own, mirrored for people, and given back on demand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.engine import Database
from assay.db.models import DeadReason, JobDeadLetter
from assay.errors import NotFound
from assay.queue import history
from assay.queue.order import Order
from assay.queue.retry import retry_until_available

if TYPE_CHECKING:  # slow to import, and whoever only reads sends nothing
    from assay.queue.broker import JobBroker

ERROR_LIMIT: Final = 500
NOT_FIT_FOR_A_SUBJECT: Final = "other"
REPLAY: Final = "replay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that is given up, and why. `source` names it once and for all."""

    source: str
    job: str
    reason: DeadReason
    error: str
    data: bytes
    order: Order | None = None
    """What the message ordered, where it can be read."""

    @property
    def headers(self) -> dict[str, str]:
        """Headers are one line of ASCII."""
        words = " ".join(self.error.split())[:ERROR_LIMIT].encode("ascii", "replace").decode()
        return {
            "Nats-Msg-Id": f"dead:{self.source}",
            "Assay-Reason": self.reason,
            "Assay-Error": words,
            "Assay-At": now().isoformat(),
        }


async def dead_letter(broker: "JobBroker", database: Database, letter: DeadLetter) -> None:
    """Records a dead letter in the stream and in the table, each once however often it is called.

    Waits for servers that are away, for until both have it the message must stay where it is.
    """
    subject = letter.job if re.fullmatch(r"[\w-]{1,100}", letter.job, re.ASCII) else NOT_FIT_FOR_A_SUBJECT
    await retry_until_available(partial(broker.dead_letter, subject, letter.data, letter.headers), what="dead letters")
    await retry_until_available(partial(_mirror, database, letter), what="dead letters")
    log.error("Job %s: dead letter, %s: %s", letter.job or "?", letter.reason, letter.error[:ERROR_LIMIT])


async def _mirror(database: Database, letter: DeadLetter) -> None:
    row = {
        "source": letter.source,
        "job": _storable(letter.job),
        "reason": letter.reason,
        "error": _storable(letter.error),
        "message": letter.data,
    }
    async with database.transaction() as session:
        await session.execute(insert(JobDeadLetter).values(**row).on_conflict_do_nothing())
        if letter.order:
            await history.give_up(session, letter.order, _storable(letter.error))


def _storable(words: str) -> str:
    """PostgreSQL stores no zero character."""
    return words.replace("\0", "\N{REPLACEMENT CHARACTER}")[:ERROR_LIMIT]


async def letters(
    session: AsyncSession, *, before: int | None = None, limit: int, replayed: bool = False
) -> Sequence[JobDeadLetter]:
    """The newest ones. `before`: older than this one; `replayed`: also those that were given back to the queue."""
    wanted = select(JobDeadLetter).order_by(JobDeadLetter.id.desc()).limit(limit)
    if not replayed:
        wanted = wanted.where(JobDeadLetter.replayed_at.is_(None))
    if before is not None:
        wanted = wanted.where(JobDeadLetter.id < before)
    return (await session.scalars(wanted)).all()


async def get(session: AsyncSession, letter_id: int) -> JobDeadLetter:
    """Raises NotFound."""
    letter = await session.get(JobDeadLetter, letter_id)
    if letter is None:
        raise NotFound(f"There is no dead letter {letter_id}. List them with: assay jobs dead list")
    return letter


async def count(session: AsyncSession) -> int:
    """How many wait for somebody."""
    return await session.scalar(select(func.count()).where(JobDeadLetter.replayed_at.is_(None))) or 0


async def replay(broker: "JobBroker", database: Database, letter_id: int, *, actor: Actor) -> bool:
    """Gives a dead letter back to the queue, as new. False: it was given back before.

    Raises NotFound. Interrupted between queue and table it may be repeated: the broker knows the message.
    """
    async with database.transaction() as session:
        letter = await get(session, letter_id)
        if letter.replayed_at:
            return False
    await broker.put(_as_new(broker, letter), message_id=f"{REPLAY}:{letter.id}")
    async with database.transaction() as session:
        marking = update(JobDeadLetter).where(JobDeadLetter.id == letter.id, JobDeadLetter.replayed_at.is_(None))
        stamps = {"replayed_at": now(), "replayed_by_user_id": actor.user_id}
        marked = (await session.execute(marking.values(**stamps).returning(JobDeadLetter.id))).first() is not None
        if marked:
            await record(session, actor, [Record("job.replayed", detail={"job": letter.job, "dead_letter": letter.id})])
    return marked


def _as_new(broker: "JobBroker", letter: JobDeadLetter) -> bytes:
    """The message with its counts reset. What cannot be read goes back as it came."""
    if letter.reason is DeadReason.UNPARSEABLE:
        return letter.message
    order = Order(letter.job, f"{REPLAY}:{letter.id}")
    return broker.formatter.dumps(order.message()).message
