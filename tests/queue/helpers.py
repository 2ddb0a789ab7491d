"""A queue of the test's own on the real broker, with jobs whose bodies the test gives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from tests.builders import rows
from tests.patience import until

from assay.db.engine import Database
from assay.messaging import nats
from assay.messaging.requests import request
from assay.queue.broker import JobBroker
from assay.queue.deps import Deps
from assay.queue.job import JOBS, Body, Job
from assay.queue.order import Order
from assay.queue.processes import connected_broker, scheduling, working

NEVER: Final = "0 0 1 1 *"
HISTORY: Final = "SELECT state, attempt, delivery, error FROM job_runs WHERE job = :job ORDER BY queued_at, id"


@dataclass
class Queue:
    deps: Deps
    broker: JobBroker
    jobs: dict[str, Job]
    ran: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.deps.database

    def declare(self, name: str, body: Body | None = None, *, retries: tuple[float, ...] = (), **more: Any) -> None:
        """A job; without a body it notes that it ran."""

        async def note(_work: Any) -> dict[str, int]:
            self.ran.append(name)
            return {"done": 1}

        delays = tuple(timedelta(seconds=each) for each in retries)
        self.jobs[name] = Job(
            name,
            more.get("cron", NEVER),
            timedelta(seconds=more.get("timeout", 300)),
            delays,
            ("done",),
            body or note,
            more.get("grace", timedelta(days=1)),
        )
        self.broker.local_task_registry.setdefault(name, next(iter(self.broker.local_task_registry.values())))

    async def order(self, job: str, **more: Any) -> Order:
        order = Order(job, f"test:{uuid4().hex}", **more)
        await self.broker.submit(order)
        return order

    async def request(self, *jobs: str) -> None:
        async with self.database.transaction() as session:
            await request(session, *jobs)

    async def history(self, job: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await rows(self.database, HISTORY, job=job)]

    async def states(self, job: str) -> list[str]:
        return [state for state, *_ in await self.history(job)]

    async def letters(self) -> list[tuple[str, str]]:
        return [tuple(row) for row in await rows(self.database, "SELECT job, reason FROM job_dead_letters ORDER BY id")]

    async def until_states(self, job: str, *wanted: str) -> None:
        async def holds() -> bool:
            return await self.states(job) == list(wanted)

        try:
            await until(holds)
        except TimeoutError:
            assert await self.states(job) == list(wanted), await self.history(job)

    async def in_stream(self) -> int:
        info = await self.broker.js.stream_info(self.broker.queue_of_jobs.name)
        return int(info.state.messages)


@asynccontextmanager
async def opened(deps: Deps, nats_url: str, monkeypatch: Any) -> AsyncIterator[Queue]:
    """The queue without worker and scheduler, removed from the broker at the end."""
    name = deps.settings.jobs_stream
    for job in list(JOBS)[1:]:
        monkeypatch.delitem(JOBS, job)
    async with connected_broker(deps, nats_url, "test") as broker:
        monkeypatch.delitem(JOBS, next(iter(JOBS)))
        yield Queue(deps, broker, JOBS)
    async with nats.connected(nats_url) as client:
        for stream in (name, f"{name}_DEAD"):
            await client.jetstream().delete_stream(stream)


__all__ = ["Queue", "opened", "scheduling", "working"]
