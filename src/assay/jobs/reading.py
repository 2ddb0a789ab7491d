"""The reading of one extraction run: windows side by side, each stored as soon as it is read."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Final, Self
from uuid import UUID

import structlog

from assay.ai.budget import Budget, BudgetSpent, UsageMeter
from assay.ai.extractor import Window
from assay.audit.actor import SYSTEM
from assay.background_tasks import background
from assay.db.engine import first_line
from assay.errors import Conflict
from assay.extraction import known_context, run_changes, runs
from assay.extraction.runs import ClaimedRun, OutOfTime, Stored
from assay.queue.context import JobContext
from assay.queue.failures import SystemicFailure, is_transient
from assay.queue.notify import send_job_error_notification

log = structlog.get_logger(__name__)

FAILURES_IN_A_ROW: Final = 5
"""After so many the fault is not with the messages, and each further attempt may cost money."""
SECONDS_BETWEEN_LOOKS: Final = 0.5
"""How long a cancelled run may go on."""


@dataclass(slots=True)
class RunReading:
    """One run on its way: what waits to be read, and what came of the rest."""

    context: JobContext
    run_id: UUID
    waiting: deque[Window]
    budget: Budget
    counts: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    """In a row."""
    failure: Exception | None = None
    """The last reason for which a window could not be read."""
    obstacle: Exception | None = None
    """What makes it useless to go on."""
    stopped: BudgetSpent | OutOfTime | None = None
    """Why it is not to go on, though nothing is wrong."""
    cancelled: bool = False
    unstored: list[UsageMeter] = field(default_factory=list)
    """What was used for windows of which nothing is stored."""
    _storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time, so that two windows never propose one topic twice."""

    @classmethod
    def of(cls, claim: ClaimedRun, context: JobContext, budget: Budget) -> Self:
        reading = cls(context, claim.run_id, deque(claim.windows), budget)
        reading._count(Stored(claim.noise))  # read without a model: nothing was attempted
        return reading

    async def finish(self) -> None:
        """Reads until nothing waits, time or money is used up, somebody cancels the run, or it is useless to go on.

        Then concludes the run. Raises the obstacle.
        """
        try:
            await self._read_until_cancelled()
        finally:
            await asyncio.shield(self._count_unstored())
        error = self.obstacle or self.stopped or self.failure
        async with self.context.database.transaction() as session:
            await runs.conclude(session, self.run_id, error, actor=SYSTEM)
        if self.obstacle:
            raise self.obstacle

    async def _read_until_cancelled(self) -> None:
        """Side by side, as many windows as keep the extractor busy. Calls in flight end with the run."""
        readers = asyncio.gather(*(self._read_on() for _ in range(self.context.deps.extractor.limits.concurrency)))
        async with background(self._cancel_with_the_run(readers)):
            try:
                await readers
            except asyncio.CancelledError:
                if not (self.cancelled or self.stopped):
                    raise

    async def _cancel_with_the_run(self, readers: asyncio.Future[list[None]]) -> None:
        while not (self.cancelled or self.context.time_is_out):
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            async with self.context.database.transaction() as session:
                self.cancelled = not await run_changes.is_running(session, self.run_id)
        if not self.cancelled:
            self.stopped = OutOfTime("The time limit of the job was reached while the extractor was still reading.")
        readers.cancel()

    async def _read_on(self) -> None:
        while self.waiting and not (self.obstacle or self.stopped or self.cancelled or self.context.time_is_up):
            window = replace(self.waiting.popleft(), meter=UsageMeter(self.budget))
            try:
                await self._read(window)
            except asyncio.CancelledError:
                self.unstored.append(window.meter)
                raise
            except Exception as error:  # noqa: BLE001  # each is noted, and one bad window costs itself only
                self.unstored.append(window.meter)
                await self._could_not_read(window, error)

    async def _read(self, window: Window) -> None:
        window = await self._with_knowledge(window)
        found = await self.context.deps.extractor.extract(window)
        async with self._storing, self.context.database.transaction() as session:
            stored = await runs.store(session, self.run_id, window, found, actor=SYSTEM)
        self.failures = 0
        self.context.went_well(window.ids)
        self._count(stored)

    def _count(self, stored: Stored) -> None:
        self.counts.update(messages=stored.messages, topics=stored.topics, atoms=stored.atoms)
        self.context.advance(stored.messages)

    async def _with_knowledge(self, window: Window) -> Window:
        """The window with the topics and atoms that are near it."""
        extractor = self.context.deps.extractor
        size = known_context.FOR_A_CHAT if extractor.limits.whole_chat else known_context.FOR_A_CONVERSATION
        async with self.context.database.transaction() as session:
            known = await known_context.newest(session, size)
            embedder = await self.context.deps.serving_embedder(session)
        if embedder and not known.everything:
            vectors = await embedder.embed(known_context.texts(window))
            async with self.context.database.transaction() as session:
                known = await known_context.nearest(session, embedder.model, vectors, size)
        return known.beside(window)

    async def _count_unstored(self) -> None:
        """Who asks a model pays, whatever came of it."""
        tokens, cost = sum(each.tokens for each in self.unstored), sum(each.cost for each in self.unstored)
        if tokens or cost:
            async with self.context.database.transaction() as session:
                await run_changes.add_usage(session, self.run_id, tokens, cost)

    async def _could_not_read(self, window: Window, error: Exception) -> None:
        match error:
            case Conflict():
                self.cancelled = True
            case BudgetSpent():
                self.stopped = error
            case _ if is_transient(error):
                self.obstacle = error
            case _:
                await self._blame(window, error)

    async def _blame(self, window: Window, error: Exception) -> None:
        self.failure, self.failures = error, self.failures + 1
        self.context.went_wrong(self.run_id, window.ids, error)
        log.error(
            "Job %s: a window of run %s could not be read: %s",
            self.context.job,
            self.run_id,
            first_line(error),
            extraction=str(self.run_id),
        )
        async with self.context.database.transaction() as session:
            await runs.give_back(session, self.run_id, window)
        context = {"extraction_run_id": str(self.run_id)}
        await send_job_error_notification(self.context.database, self.context.job, error, context)
        if self.failures == FAILURES_IN_A_ROW:
            sentence = f"{self.failures} windows in a row could not be read: {first_line(error)}"
            self.obstacle = SystemicFailure(sentence, self.failures)
