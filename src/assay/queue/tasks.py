"""The jobs as tasks of the queue: what a message does, and what follows when it fails."""

import logging
from functools import partial
from typing import Annotated

from taskiq import Context, TaskiqDepends, TaskiqMessage, TaskiqMiddleware, TaskiqResult

from assay import tracing
from assay.db.engine import Database
from assay.db.models import DeadReason, JobState
from assay.messaging.requests import request
from assay.queue import control, history
from assay.queue.broker import JobBroker
from assay.queue.dead_letters import DeadLetter, dead_letter
from assay.queue.deps import Deps
from assay.queue.job import JOBS
from assay.queue.order import Order
from assay.queue.retry import next_pause, retry_until_available
from assay.queue.run import RunResult, carry_out


def register(broker: JobBroker, deps: Deps) -> None:
    """Makes every job a task of the broker, under its own name, with its retries."""
    logging.getLogger("taskiq").setLevel(logging.CRITICAL)  # what it reports is in the history and in our log

    async def execute(context: Annotated[Context, TaskiqDepends()]) -> RunResult:
        order = Order.of(context.message)
        with tracing.span(f"job {order.job}", "CONSUMER", parent=order.trace, **_described(order)) as span:
            result = await retry_until_available(partial(_fulfil, order, deps), what=order.job)
            if not result.ok:
                tracing.fail(span)
        return result

    for name in JOBS:
        broker.register_task(execute, task_name=name)
    broker.add_middlewares(Retries(broker, deps.database))


def _described(order: Order) -> dict[str, object]:
    """In the words of the conventions for messaging."""
    return {
        "messaging__system": "nats",
        "messaging__operation__type": "process",
        "messaging__message__id": order.message_id,
        "assay__job": order.job,
        "assay__attempt": order.attempt,
    }


async def _fulfil(order: Order, deps: Deps) -> RunResult:
    async with deps.database.transaction() as session:
        if await control.is_paused(session, order.job):
            await history.note_skipped(session, order, "paused")
            await request(session, order.job)  # also for a tick: it may stand for changes that asked when it waited
            return RunResult(order.job, JobState.SKIPPED, error="It is paused.")
    return await carry_out(order, deps, patient=True)


class Retries(TaskiqMiddleware):
    """Orders the next attempt of a run that failed, after exactly the pauses of its job, or gives it up."""

    def __init__(self, jobs: JobBroker, database: Database) -> None:
        super().__init__()
        self._jobs, self._database = jobs, database

    async def post_execute(self, message: TaskiqMessage, result: TaskiqResult[RunResult]) -> None:
        """Before the message is answered, so that whatever dies here comes back."""
        ended = result.return_value
        if ended.ok:
            return
        order = Order.of(message)
        pause = None if ended.is_permanent else next_pause(JOBS[order.job].retry_delays, order.attempt)
        if pause is None:
            await self._give_up(order, ended)
        else:
            await self._order(order.retried_after(pause))

    async def _order(self, retry: Order) -> None:
        await retry_until_available(partial(self._jobs.submit, retry), what="the queue")
        await retry_until_available(partial(self._note, retry), what="the history")

    async def _note(self, retry: Order) -> None:
        async with self._database.transaction() as session:
            await history.queue_run(session, retry, dispatched=True)

    async def _give_up(self, order: Order, ended: RunResult) -> None:
        reason = DeadReason.PERMANENT if ended.is_permanent else DeadReason.RETRIES_EXHAUSTED
        data = self._jobs.formatter.dumps(order.message()).message
        letter = DeadLetter(order.message_id, order.job, reason, ended.error or ended.state, data)
        await dead_letter(self._jobs, self._database, letter)
