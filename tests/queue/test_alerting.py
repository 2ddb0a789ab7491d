"""What a worker does beside its jobs: alerts go out, and servers that are away are told of."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import psycopg
import pytest
from tests.alerts.helpers import failure, happens, http_server, webhook_settings
from tests.builders import rows, scalar
from tests.jobs.helpers import ERRORS, tuned
from tests.patience import PATIENCE, no_broker, until

from assay.alerts.fakes import MemoryReceiver
from assay.db.engine import Database
from assay.queue.alerting import Alerting, Intervals
from assay.queue.failures import SystemicFailure
from assay.queue.notify import send_job_error_notification

pytestmark = pytest.mark.anyio

QUICK = Intervals(timedelta(seconds=0.02), timedelta(seconds=0.02), timedelta(0))
NOWHERE = "nats://127.0.0.1:1"
AWAY = Database("postgresql://nobody:s3cret@127.0.0.1:1/none")


@asynccontextmanager
async def running(*workers: Alerting):
    tasks = [asyncio.create_task(each.run()) for each in workers]
    yield
    for each in tasks:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each


async def test_a_failed_job_reaches_a_real_receiver_by_itself(deps, nats_url):
    async with http_server() as server:
        worker = Alerting.of(tuned(deps, **webhook_settings(server.url)), nats_url)
        worker.intervals = QUICK
        async with running(worker):
            await send_job_error_notification(
                deps.database, "scan", SystemicFailure("All 9 items failed.", 9), {"total": 9}, "critical"
            )
            await until(lambda: server.got)
    assert b"All 9 items failed." in server.got[0][1]


async def test_a_receiver_with_a_defect_does_not_end_the_alerts_of_another(database, nats_url):
    class Defect(MemoryReceiver):
        async def send(self, notice) -> None:  # noqa: ARG002
            raise RuntimeError("a defect")

    fine = MemoryReceiver("fine")
    async with running(Alerting(database, nats_url, [Defect("defect"), fine], "critical", QUICK)):
        await happens(database, failure("scan"))
        await until(lambda: len(fine.taken) == 1)
        await happens(database, failure("review"))
        await until(lambda: len(fine.taken) == 2)


async def test_a_database_that_is_away_is_told_past_it_once_and_so_is_its_return(database, nats_url):
    memory = MemoryReceiver()
    worker = Alerting(AWAY, nats_url, [memory], "critical", QUICK)
    for _ in range(3):
        await worker.watch_database()
    worker.database = database
    for _ in range(3):
        await worker.watch_database()
    assert [(each.type, each.subject, each.severity) for each in memory.taken] == [
        ("job.error", "database", "critical"),
        ("job.recovered", "database", None),
    ]
    assert "The database does not answer" in memory.taken[0].text()
    assert "s3cret" not in memory.taken[0].text()


async def test_a_database_that_is_away_for_a_moment_is_not_told_of(nats_url):
    memory = MemoryReceiver()
    worker = Alerting(AWAY, nats_url, [memory], "critical", Intervals())
    for _ in range(3):
        await worker.watch_database()
    assert memory.taken == []


async def test_a_broker_that_is_away_is_recorded_once_by_all_workers_together_and_so_is_its_return(database, nats_url):
    workers = [Alerting(database, NOWHERE, [], "critical", QUICK) for _ in range(3)]
    with no_broker():
        await asyncio.gather(*(each.watch_broker() for each in workers))
    [(severity, name, message, _)] = await rows(database, ERRORS)
    assert (severity, name) == ("critical", "broker")
    assert message.startswith("The broker (NATS_URL) does not answer")
    restarted = [Alerting(database, nats_url, [], "critical", QUICK) for _ in range(3)]  # they know nothing of it
    for _ in range(2):
        await asyncio.gather(*(each.watch_broker() for each in restarted))
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'job.recovered'") == 1


async def test_alerts_go_on_after_the_database_was_away(database, server_url, nats_url):
    memory = MemoryReceiver()
    async with running(Alerting(database, nats_url, [memory], "critical", QUICK)):
        name = await scalar(database, "SELECT current_database()")
        await happens(database, failure("scan"))
        await until(lambda: len(memory.taken) == 1)
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        await asyncio.sleep(0.1)
        await happens(database, failure("review"))
        await until(lambda: "review" in [each.subject for each in memory.taken])


async def test_it_ends_when_told_to_although_the_client_of_the_broker_swallowed_that(database, nats_url, monkeypatch):
    waits = asyncio.Event()

    async def swallowing(_url):
        waits.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "2.0"

    monkeypatch.setattr("assay.messaging.nats.ping", swallowing)
    at_work = asyncio.create_task(Alerting(database, nats_url, [], "critical", QUICK).run())
    await waits.wait()
    await until(database.engine.pool.checkedin)  # a connection cut while it is made holds up the end of its database
    at_work.cancel()
    ended, _ = await asyncio.wait([at_work], timeout=PATIENCE)
    assert ended == {at_work}
