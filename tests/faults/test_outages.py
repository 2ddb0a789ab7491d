"""The servers die, hang, are cut off or run full under a review: it goes on by itself, and meanwhile health tells."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from sqlalchemy import make_url
from tests.builders import draft, rows, scalar
from tests.conftest import administer, named
from tests.faults import engine as engines
from tests.faults.engine import Engine
from tests.faults.helpers import ROOT
from tests.faults.test_dying_workers import REVIEW, WRONG
from tests.jobs.helpers import cleared
from tests.messaging.helpers import recover

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.db import migrate
from assay.db.engine import Database
from assay.errors import Unavailable
from assay.kinds import Kind
from assay.messaging import nats
from assay.queue import health
from assay.queue.deps import Deps
from assay.runtime import binaries
from assay.runtime.supervisor import Supervisor
from assay.settings import Settings

pytestmark = pytest.mark.anyio

SLOWLY = {"KNOWLEDGE_AUTO_APPROVAL_BATCH_SIZE": "1"}
APPROVED = "SELECT count(*) FROM proposals WHERE status = 'approved'"
NOT_A_FAILURE = {name: query for name, query in WRONG.items() if name != "a failure"} | {
    "a dead letter": f"{WRONG['a dead letter']} WHERE job = '{REVIEW}'"
}
"""A run that loses its server fails as a whole and is tried again; that is told, and blames no item. The metrics have
no retries: their order is a dead letter at once, and the next change asks for them anew."""
OPEN = "SELECT count(*) FROM job_runs WHERE job = :job AND state IN ('running', 'queued')"
LAST = "SELECT state FROM job_runs WHERE job = :job AND state <> 'skipped' ORDER BY finished_at DESC LIMIT 1"
RUNS = """SELECT state, attempt, delivery, queued_at, due_at, kicked_at, started_at, finished_at, error FROM job_runs
    WHERE job = :job ORDER BY queued_at, id"""
STANDSTILL_SECONDS = 200.0
"""The last pause of the review is 125 s, and a retry that waits is open although another run has done the work."""
BLAMED = "SELECT id FROM proposals WHERE failures > 0"


class Servers:
    """Servers of the test's own, restarted when they crash as `assay up` does."""

    def __init__(self, home: Path) -> None:
        self._supervisor = Supervisor(home)
        self.services = self._supervisor.start()
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._look_after)
        self._keeper.start()

    def _look_after(self) -> None:
        while not self._ended.wait(0.2):
            with suppress(Unavailable):
                self._supervisor.watch()

    def pids(self) -> dict[str, int]:
        """The servers by name, as they are now."""
        return {each.name: each.child.pid for each in self._supervisor._servers if each.child}

    def send(self, number: signal.Signals, *names: str) -> None:
        for name in names:
            os.kill(self.pids()[name], number)

    def stop(self) -> None:
        self._ended.set()
        self._keeper.join()
        self._supervisor.stop()


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("own"))
    yield servers
    servers.stop()


@pytest.fixture
async def on_own_servers(own_servers, tmp_path) -> AsyncIterator[Engine]:
    """Assay on servers that the test may kill."""
    url = own_servers.services.database_url
    name = f"test_{os.urandom(6).hex()}"
    administer(url, f"CREATE DATABASE {name}")
    migrate.upgrade(named(url, name))
    database = Database(named(url, name))
    engine = await engines.make(
        database,
        named(url, name),
        own_servers.services.nats_url,
        tmp_path / "untouched",
        module="tests.faults.hash_embedder",
    )
    yield engine
    engine.stop()
    await database.close()
    administer(url, f"DROP DATABASE {name} WITH (FORCE)")


def tools_of(engine: Engine) -> Deps:
    return Deps(engine.database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())


async def prepared(engine: Engine, count: int) -> None:
    await cleared(tools_of(engine), *(draft(Kind.TOPIC if number % 3 == 0 else Kind.ATOM) for number in range(count)))


async def begun(engine: Engine, least: int = 3) -> bool:
    return (await patiently_scalar(engine, APPROVED) or 0) >= least


async def patiently_scalar(engine: Engine, query: str):
    """None while the database is away."""
    with suppress(Exception):
        return await scalar(engine.database, query)


async def advanced(engine: Engine, count: int) -> None:
    """The review comes as far as that. It may be slow, but stand still no longer than the longest of its pauses."""
    while (before := await patiently_scalar(engine, APPROVED) or 0) < count:
        await engine.until(partial(begun, engine, before + 1), STANDSTILL_SECONDS)


async def finished(engine: Engine, count: int) -> None:
    """The review comes to its end by itself, and nothing is wrong."""
    await advanced(engine, count)
    wrong = {name: found for name, query in NOT_A_FAILURE.items() if (found := await rows(engine.database, query))}
    assert wrong == {}, await story(engine)
    assert await rows(engine.database, BLAMED) == []

    async def told_ok() -> bool:
        still_open, last = [await scalar(engine.database, query, job=REVIEW) for query in (OPEN, LAST)]
        return bool(still_open == 0 and last == "ok")

    try:
        await engine.until(told_ok, STANDSTILL_SECONDS)
    except AssertionError as error:
        raise AssertionError(await story(engine)) from error


async def story(engine: Engine) -> str:
    """What became of each order, for a person who looks into a failure."""
    runs = await rows(engine.database, RUNS, job=REVIEW)
    return "\n".join([*(", ".join(map(str, run)) for run in runs), *map(str, await engine.letters())])


async def problems(engine: Engine) -> str:
    found = await health.look(engine.database, engine.settings, engine.nats_url)
    return " ".join(found.problems)


LONG = pytest.mark.timeout(1800)
ROUNDS = [
    pytest.param(("NATS", "PostgreSQL"), 60, id="each once"),
    pytest.param(
        ("NATS", "PostgreSQL", "both", "both", "NATS"), 2000, id="again and again", marks=[pytest.mark.soak, LONG]
    ),
]
"""A fourth death of PostgreSQL could meet the last attempt of an order, which is a dead letter then, as it must be."""


@pytest.mark.parametrize(("deaths", "count"), ROUNDS)
async def test_servers_that_are_killed_in_the_middle_cost_nothing(on_own_servers, own_servers, deaths, count):
    engine = on_own_servers
    await prepared(engine, count)
    await engine.workers(2, **SLOWLY)
    await engine.schedulers()
    await engine.request(REVIEW)
    await engine.until(lambda: begun(engine))
    for number, name in enumerate(deaths):
        if number > 1:
            await engine.request(REVIEW)  # as new proposals do: they need not wait for the pause of a second retry
        own_servers.send(signal.SIGKILL, *(("NATS", "PostgreSQL") if name == "both" else (name,)))
        await advanced(engine, min((await patiently_scalar(engine, APPROVED) or 0) + 3, count))
        await asyncio.sleep(random.uniform(0, 0.5))
    await finished(engine, count)


async def test_events_go_on_after_the_database_was_killed(on_own_servers, own_servers):
    engine = on_own_servers
    await engine.workers(1)
    await _told(engine, "before")
    for _ in range(2):
        killed = own_servers.pids()["PostgreSQL"]
        own_servers.send(signal.SIGKILL, "PostgreSQL")
        await engine.until(partial(_is_back, engine, own_servers, killed))
        await _told(engine, "after")


async def _told(engine: Engine, name: str) -> None:
    await recover(engine.database, name)
    await engine.until(partial(_all_are_numbered, engine))


async def _all_are_numbered(engine: Engine) -> bool:
    return bool(await patiently_scalar(engine, "SELECT count(*) = 0 FROM outbox WHERE sequence IS NULL"))


async def _is_back(engine: Engine, servers: Servers, killed: int) -> bool:
    return bool(servers.pids().get("PostgreSQL", killed) != killed and await patiently_scalar(engine, "SELECT 1"))


async def test_a_broker_that_hangs_is_named_and_work_goes_on_when_it_does(on_own_servers, own_servers):
    engine = on_own_servers
    await engine.workers(1)
    await engine.schedulers()
    own_servers.send(signal.SIGSTOP, "NATS")
    await prepared(engine, 5)
    await engine.request(REVIEW)
    assert "The broker (NATS_URL) does not answer" in await problems(engine)
    own_servers.send(signal.SIGCONT, "NATS")
    await finished(engine, 5)
    await engine.until(lambda: _is_well(engine))


async def _is_well(engine: Engine) -> bool:
    return not await problems(engine)


@contextmanager
def cable(server: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A port that leads to the server, and the process that can be stopped."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.tcp_proxy", server], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.communicate()


async def test_a_worker_that_is_cut_off_comes_back_and_nothing_is_done_twice(engine, monkeypatch):
    monkeypatch.setattr("assay.db.engine.CONNECT_TIMEOUT_SECONDS", 2)  # what never answers need not be waited for
    engine.module = "tests.faults.hash_embedder"
    database, broker = make_url(engine.database_url), make_url(engine.nats_url)
    door = Path(str(database.query["host"])) / f".s.PGSQL.{database.port or 5432}"
    with cable(str(door)) as (one, first), cable(f"127.0.0.1:{broker.port}") as (two, second):
        far = {
            "DATABASE_URL": database.set(host="127.0.0.1", port=one, query={}).render_as_string(hide_password=False),
            "NATS_URL": engine.nats_url.replace(f":{broker.port}", f":{two}"),
        }
        await prepared(engine, 60)
        beyond = Database(far["DATABASE_URL"])
        await engine.workers(1, **SLOWLY, **far)
        await engine.workers(1, **SLOWLY)
        for _ in range(2):
            await engine.order(REVIEW)
        await engine.until(lambda: begun(engine))
        for each in (first, second):
            each.send_signal(signal.SIGSTOP)
        seen = await health.look(beyond, engine.settings, far["NATS_URL"])
        assert (seen.broker_connected, seen.database_connected, len(seen.problems)) == (False, False, 2)
        await asyncio.sleep(2 * engine.ack_wait)
        for each in (first, second):
            each.send_signal(signal.SIGCONT)
        await finished(engine, 60)
        await beyond.close()


@pytest.fixture
def small_broker(tmp_path) -> Iterator[str]:
    """A broker whose disk is nearly full from the start."""
    port, store = free_port(), tmp_path / "store"
    config = tmp_path / "nats.conf"
    config.write_text(f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{store}", max_file: 300KB }}\n')
    process = subprocess.Popen([binaries.nats_server(), "--config", str(config)], stderr=subprocess.DEVNULL)
    yield f"nats://127.0.0.1:{port}"
    process.kill()
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.soak
async def test_a_broker_whose_disk_is_full_is_named_and_work_goes_on_when_there_is_room(engine, small_broker):
    engine.nats_url, engine.module = small_broker, "tests.faults.hash_embedder"
    await engine.workers(1)
    await engine.schedulers()
    async with nats.connected(small_broker) as client:
        js = client.jetstream()
        await js.add_stream(name="JUNK", subjects=["junk"])
        await _fill(js)
        await prepared(engine, 5)
        await engine.request(REVIEW)
        await engine.until(lambda: _is_named(engine, "the broker does not take them"))
        assert await scalar(engine.database, APPROVED) == 0
        await js.purge_stream("JUNK")
    await finished(engine, 5)
    await engine.until(lambda: _is_well(engine))


async def _fill(js: JetStreamContext) -> None:
    with suppress(NatsError):
        while True:
            await js.publish("junk", b"x" * 4000)


async def _is_named(engine: Engine, words: str) -> bool:
    return words in await problems(engine)
