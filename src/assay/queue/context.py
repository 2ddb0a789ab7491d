"""What a job body works with."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.engine import Database, first_line
from assay.proposals.failures import note_failure
from assay.queue.deps import Deps
from assay.queue.failures import is_transient
from assay.queue.notify import send_job_error_notification
from assay.queue.retry import item_backoff
from assay.settings import Settings

log = structlog.get_logger(__name__)

_TIME_IS_UP: Final = 0.8
_LAST_CALL: Final = 0.95

Result = TypeVar("Result")
Act = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Result]]
Count = Callable[[Result], int]


@dataclass(slots=True)
class JobContext:
    """One execution of a job: what it depends on, its time, and what became of its items."""

    job: str
    deps: Deps
    seconds: float
    total: int = 0
    processed: int = 0
    succeeded: int = 0
    """Items that were attempted and went through. What was only looked at is not among them."""
    failed: list[UUID] = field(default_factory=list)
    """One for each failure."""
    broken: set[UUID] = field(default_factory=set)
    """Items that failed and did not go through later."""
    last_failure: str = ""
    started: float = field(default_factory=time.monotonic)
    is_taken: bool = False
    """Another process may run it too: the lock of this one went with its connection."""
    left_early: bool = False
    """The body was told that its time is up, so that something may be left."""
    limit: asyncio.Timeout | None = None
    """What cuts the body off."""

    @property
    def database(self) -> Database:
        return self.deps.database

    @property
    def settings(self) -> Settings:
        return self.deps.settings

    @property
    def time_is_up(self) -> bool:
        """Time to end in good order. The next run, which takes what is left, is asked for at once."""
        self.left_early = self.left_early or time.monotonic() - self.started > self.seconds * _TIME_IS_UP
        return self.left_early

    @property
    def time_is_out(self) -> bool:
        """Time to leave what is in flight: shortly the job is cut off."""
        return time.monotonic() - self.started > self.seconds * _LAST_CALL

    def take(self) -> None:
        """Cuts the body off now, so that the job does not run twice at once."""
        if self.limit and not self.is_taken:
            with suppress(RuntimeError):  # it has ended meanwhile
                self.limit.reschedule(asyncio.get_running_loop().time())
                self.is_taken = True

    @property
    def is_cut_off(self) -> bool:
        return self.limit is not None and self.limit.expired()

    def begin(self, total: int, what: str = "proposals") -> None:
        """Announces how many proposals (or messages, or runs) lie ahead."""
        self.total = total
        log.info("Job %s started: processing %d %s", self.job, total, what)

    def advance(self, count: int) -> None:
        self.processed += count
        self.total = max(self.total, self.processed)  # more may have come meanwhile
        share = 100 * self.processed // max(self.total, 1)
        log.debug("Job %s: processed %d/%d (%d%%)", self.job, self.processed, self.total, share)

    @property
    def attempted(self) -> int:
        return self.succeeded + len(self.broken)

    def went_well(self, ids: Sequence[UUID]) -> None:
        self.succeeded += len(ids)
        self.broken.difference_update(ids)

    def went_wrong(self, blamed: UUID, ids: Sequence[UUID], error: Exception) -> None:
        self.failed.append(blamed)
        self.broken.update(ids)
        self.last_failure = first_line(error)

    async def isolate(self, ids: Sequence[UUID], act: Act[Result], *, done: Count[Result]) -> list[Result]:
        """Acts on all the items in one transaction. Where that fails, on each half, until the bad item is alone.

        The bad item's work is rolled back; it is reported, backs off, and the others go through.
        `done`: how many items of a result were carried out; the others were looked at and left.
        """
        if not ids:
            return []
        try:
            async with self.database.transaction() as session:
                result = await act(session, ids)
        except Exception as error:
            if is_transient(error):
                raise
            if len(ids) > 1:
                middle = len(ids) // 2
                halves = ids[:middle], ids[middle:]
                return [result for half in halves for result in await self.isolate(half, act, done=done)]
            await self._report(ids[0], error)
            return []
        self.succeeded += done(result)
        return [result]

    async def _report(self, proposal_id: UUID, error: Exception) -> None:
        self.went_wrong(proposal_id, [proposal_id], error)
        log.error(
            "Job %s: failed to process proposal %s: %s",
            self.job,
            proposal_id,
            first_line(error),
            proposal=str(proposal_id),
        )
        async with self.database.transaction() as session:
            await note_failure(session, proposal_id, first_line(error), backoff=item_backoff, at=now())
        await send_job_error_notification(
            self.database, self.job, error, {"proposal_id": str(proposal_id)}, actor=SYSTEM
        )
