"""The job engine with real processes: nothing is lost, nothing runs twice, and the history tells the truth."""

import asyncio
import signal

import pytest
from tests.builders import rows, scalar
from tests.faults.probe_jobs import MAY_END

pytestmark = pytest.mark.anyio

SHOWN = "SELECT count(*) FROM job_processes"


async def test_a_request_becomes_a_run_and_many_requests_at_once_become_few(engine):
    await engine.request(*["quick"] * 50)
    await engine.schedulers()
    await engine.workers()
    await engine.until_history("quick", ("ok", 1, 1))
    assert await engine.steps("quick") == ["begin", "end"]


async def test_a_job_longer_than_the_patience_of_the_broker_runs_once(engine):
    await engine.workers(2)
    await engine.order("gated")
    await engine.until(lambda: _begun(engine, "gated"))
    await asyncio.sleep(2.5 * engine.ack_wait)
    await _let_it_end(engine)
    await engine.until_history("gated", ("ok", 1, 1))
    assert await engine.steps("gated") == ["begin", MAY_END, "end"]
    await engine.until(engine.queue_is_empty)


async def test_a_worker_that_dies_gives_its_job_to_another_and_the_history_says_lost_then_ok(engine):
    await engine.workers(2)
    await engine.order("dying_once")
    await engine.until_history("dying_once", ("lost", 1, 1), ("ok", 1, 2))


async def test_a_worker_that_is_told_to_end_hands_over_what_it_runs(engine):
    [first] = await engine.workers(1, "--drain", "0.2")
    await engine.order("gated")
    await engine.until(lambda: _begun(engine, "gated"))
    first.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(first.wait, 60) == 0
    await _let_it_end(engine)
    await engine.workers(1)
    await engine.until_history("gated", ("interrupted", 1, 1), ("ok", 1, 2))


@pytest.mark.parametrize("role", ["worker", "scheduler"])
async def test_who_has_nothing_to_do_ends_when_told_to_and_is_not_shown_any_more(engine, role):
    [process] = await (engine.workers() if role == "worker" else engine.schedulers())
    assert await scalar(engine.database, SHOWN) == 1
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 60) == 0
    assert await scalar(engine.database, SHOWN) == 0


async def _begun(engine, job) -> bool:
    return "begin" in await engine.steps(job)


async def _let_it_end(engine) -> None:
    statement = "INSERT INTO probe (job, step) VALUES ('gated', :step) RETURNING id"
    await rows(engine.database, statement, step=MAY_END)
