"""Real workers and schedulers on a database and a queue of the test's own, and what became of their work."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import text
from tests.builders import rows, scalar
from tests.faults import helpers, probe_jobs
from tests.patience import PATIENCE

from assay.db.engine import Database
from assay.messaging import nats
from assay.messaging.requests import request
from assay.messaging.streams import Queue
from assay.queue.broker import JobBroker
from assay.queue.order import Order
from assay.settings import Settings

PROBES: Final = "tests.faults.probe_jobs"

HISTORY: Final = """
    SELECT state, attempt, delivery FROM job_runs WHERE job = :job
    ORDER BY attempt, delivery, coalesce(started_at, queued_at)"""
STEPS: Final = "SELECT step FROM probe WHERE job = :job ORDER BY id"
LETTERS: Final = "SELECT job, reason FROM job_dead_letters ORDER BY id"
LIVING: Final = "SELECT count(*) FROM job_processes WHERE role = :role AND split_part(name, ':', 2) = ANY(:numbers)"


@dataclass
class Engine:
    """One queue with its processes. `module`: what a process runs, the probes or the product itself (`assay`)."""

    database: Database
    database_url: str
    nats_url: str
    home: Path
    module: str = PROBES
    ack_wait: float = 1.0
    replicas: int = 1
    stream: str = field(default_factory=lambda: f"T{uuid4().hex[:12].upper()}")
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "NATS_URL": self.nats_url,
            "JOBS_STREAM": self.stream,
            "JOBS_ACK_WAIT_SECONDS": str(self.ack_wait),
            "JOBS_REPLICAS": str(self.replicas),
        }

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "jobs_stream": self.stream,
                "jobs_ack_wait_seconds": self.ack_wait,
                "jobs_replicas": self.replicas,
            }
        )

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """`worker`, `scheduler`, `up --port 0`, with their options. It does not wait until the process is ready."""
        process = helpers.start(self.home, *words, module=self.module, **{**self.environment, **more})
        self.processes.append(process)
        return process

    async def workers(self, number: int = 1, *options: str, **more: str) -> list[subprocess.Popen[str]]:
        """Starts workers and returns when all of them live."""
        return await self._living("worker", number, options, more)

    async def schedulers(self, number: int = 1, **more: str) -> list[subprocess.Popen[str]]:
        return await self._living("scheduler", number, (), more)

    async def _living(
        self, role: str, number: int, options: tuple[str, ...], more: dict[str, str]
    ) -> list[subprocess.Popen[str]]:
        started = [self.start(role, *options, **more) for _ in range(number)]

        async def are_shown() -> bool:
            numbers = [str(each.pid) for each in started]
            return int(await scalar(self.database, LIVING, role=role, numbers=numbers)) == number

        await self.until(are_shown)
        return started

    def stop(self) -> None:
        """Kills what still lives."""
        for each in self.processes:
            each.kill()
        for each in self.processes:
            each.communicate()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of this installation, to its end."""
        return helpers.finish(self.start(*words))

    def document(self, *words: str) -> Any:
        """What a command prints as JSON, whatever its exit code."""
        ended = self.run(*words, "--json")
        assert ended.stdout, ended.stderr
        return json.loads(ended.stdout)

    async def request(self, *jobs: str) -> None:
        """Asks for jobs as a change does."""
        async with self.database.transaction() as session:
            await request(session, *jobs)

    async def broker(self) -> JobBroker:
        """A connection to the queue; to be shut down."""
        broker = JobBroker.of(self.settings, self.nats_url, name="test")
        await broker.startup()
        return broker

    async def order(self, *jobs: str) -> list[Order]:
        """Puts orders straight into the queue."""
        broker = await self.broker()
        orders = [Order.anew(job, "test") for job in jobs]
        for each in orders:
            await broker.submit(each)
        await broker.shutdown()
        return orders

    async def put(self, data: bytes) -> None:
        """Puts any bytes into the queue."""
        broker = await self.broker()
        await broker.put(data)
        await broker.shutdown()

    async def history(self, job: str) -> list[tuple[Any, ...]]:
        """(state, attempt, delivery) of each run, in order."""
        return [tuple(row) for row in await rows(self.database, HISTORY, job=job)]

    async def states(self, job: str) -> list[str]:
        return [state for state, _, _ in await self.history(job)]

    async def steps(self, job: str) -> list[str]:
        """What the probes wrote."""
        return [step for (step,) in await rows(self.database, STEPS, job=job)]

    async def letters(self) -> list[tuple[str, str]]:
        return [(job, reason) for job, reason in await rows(self.database, LETTERS)]

    async def queue_is_empty(self) -> bool:
        async with nats.connected(self.nats_url) as client:
            info = await client.jetstream().stream_info(Queue.of(self.settings).name)
            return bool(info.state.messages == 0)

    async def until(self, holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
        """Returns as soon as it holds. Fails with what the processes said when it does not in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not await holds():
            assert loop.time() < deadline, self._last_words()
            await asyncio.sleep(0.05)

    async def until_history(self, job: str, *wanted: tuple[Any, ...]) -> None:
        try:
            await self.until(lambda: self._is_history(job, list(wanted)))
        except AssertionError:
            assert await self.history(job) == list(wanted), self._last_words()
            raise

    async def _is_history(self, job: str, wanted: list[tuple[Any, ...]]) -> bool:
        return await self.history(job) == wanted

    async def until_letters(self, *wanted: tuple[str, str]) -> None:
        async def holds() -> bool:
            return await self.letters() == list(wanted)

        await self.until(holds)

    def _last_words(self) -> str:
        words = []
        for each in self.processes:
            each.kill()
            out, err = each.communicate()
            words.append(f"{each.args!r} -> {each.returncode}\n{out[-1000:]}\n{err[-3000:]}")
        return "\n".join(words) or "no process was started"


async def make(database: Database, database_url: str, nats_url: str, home: Path, **more: Any) -> Engine:
    async with database.transaction() as session:
        await session.execute(text(probe_jobs.TABLE))
    return Engine(database, database_url, nats_url, home, **more)
