"""Assay with probing jobs in place of its own: `python -m tests.faults.probe_jobs worker`, and every other command.

Each probe writes into the table `probe` when it begins and when it ends. What it does besides is in its name.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text

from assay.cli.app import main
from assay.errors import PermanentError
from assay.jobs import JOBS
from assay.queue.context import JobContext
from assay.queue.job import job

TABLE = "CREATE TABLE probe (id bigserial PRIMARY KEY, job text, step text, at timestamptz DEFAULT clock_timestamp())"
NEVER = "0 0 1 1 *"
A_YEARLY_GRACE = timedelta(days=1)
EXACT = {"like_the_review": (5, 25, 125), "like_the_scan": (10, 10)}
MAY_END = "may end"

Step = Callable[[JobContext], Awaitable[None]]


async def note(context: JobContext, step: str) -> None:
    async with context.database.transaction() as session:
        await session.execute(
            text("INSERT INTO probe (job, step) VALUES (:job, :step)"), {"job": context.job, "step": step}
        )


async def times(context: JobContext, step: str) -> int:
    async with context.database.transaction() as session:
        counted = text("SELECT count(*) FROM probe WHERE job = :job AND step = :step")
        return await session.scalar(counted, {"job": context.job, "step": step}) or 0


def probe(
    name: str,
    act: Step,
    *,
    cron: str = NEVER,
    grace: timedelta = A_YEARLY_GRACE,
    retries: tuple[int, ...] = (),
) -> None:
    async def body(context: JobContext) -> dict[str, int]:
        """Probe."""
        await note(context, "begin")
        await act(context)
        await note(context, "end")
        return {"done": 1}

    job(name, cron=cron, grace=grace, timeout=timedelta(minutes=1), retry_delays=retries, statistics=("done",))(body)


async def nothing(_context: JobContext) -> None:
    """Ends at once."""


async def gated(context: JobContext) -> None:
    while not await times(context, MAY_END):  # noqa: ASYNC110  # what it waits for happens in a database
        await asyncio.sleep(0.05)


async def fail(_context: JobContext) -> None:
    raise ValueError("It fails.")


async def fail_for_good(_context: JobContext) -> None:
    raise PermanentError("It can never succeed.")


async def fail_once(context: JobContext) -> None:
    if await times(context, "begin") == 1:
        raise ValueError("It fails once.")


async def die(_context: JobContext) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def die_once(context: JobContext) -> None:
    if await times(context, "begin") == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def declare() -> None:
    JOBS.clear()
    probe("quick", nothing)
    probe("gated", gated)
    probe("failing", fail, retries=(1, 2))
    for name, retries in EXACT.items():
        probe(name, fail, retries=retries)
    probe("permanent", fail_for_good, retries=(1, 2))
    probe("failing_once", fail_once, retries=(3,))
    probe("dying", die)
    probe("dying_once", die_once)
    if os.environ.get("PROBE_TICKS"):
        probe("ticking", nothing, cron="* * * * * */2", grace=timedelta(seconds=1))
    if cron := os.environ.get("PROBE_CRON"):
        probe("scheduled", nothing, cron=cron, grace=timedelta(minutes=int(os.environ["PROBE_GRACE"])))
    if os.environ.get("PROBE_NEW"):
        probe("of_the_new_version", nothing)


if __name__ == "__main__":
    declare()
    main(sys.argv[1:])
