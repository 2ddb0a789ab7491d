"""Health from facts: what is wrong is said, and `unknown` is only what never ran."""

from datetime import timedelta

import pytest
from tests.builders import rows
from tests.patience import no_broker, until
from tests.queue.helpers import scheduling, working

from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.queue import control
from assay.queue.health import look

pytestmark = pytest.mark.anyio

NOWHERE = "nats://127.0.0.1:1"


async def health(queue, nats_url):
    return await look(queue.database, queue.deps.settings, nats_url)


async def broken(_work):
    raise ValueError("It broke.")


async def test_a_job_that_never_ran_is_unknown_and_nobody_to_run_it_is_a_problem(queue, nats_url):
    queue.declare("probe")
    found = await health(queue, nats_url)
    assert (found.broker_connected, found.database_connected) == (True, True)
    assert (found.jobs["probe"].status, found.jobs["probe"].last_run) == ("unknown", None)
    assert [each.partition(" is running")[0] for each in found.problems] == ["No worker", "No scheduler"]


async def test_all_is_well_while_a_worker_and_a_scheduler_live_and_the_last_run_went_well(queue, nats_url):
    queue.declare("probe")
    await queue.order("probe")
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")

        looks = []

        async def all_is_well() -> bool:
            looks.append(await health(queue, nats_url))
            return not looks[-1].problems

        await until(all_is_well)
        found = looks[-1]
    job = found.jobs["probe"]
    assert (job.status, job.success_rate, job.runs, job.overdue) == ("ok", 1.0, 1, False)
    assert job.last_run == job.last_success
    assert job.duration_p50 is not None
    assert job.next_due
    assert (len(found.workers), len(found.schedulers), found.dead_letters) == (1, 1, 0)
    assert found.queue
    assert (found.queue.waiting, found.queue.in_progress) == (0, 0)


async def test_a_failing_job_its_dead_letter_and_what_waits_are_told(queue, nats_url):
    queue.declare("probe", broken)
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed")
    await queue.order("probe")
    found = await health(queue, nats_url)
    assert (found.jobs["probe"].status, found.jobs["probe"].error) == ("failed", "It broke.")
    assert (found.jobs["probe"].success_rate, found.jobs["probe"].last_success) == (0.0, None)
    assert found.queue
    assert found.queue.waiting == 1
    assert found.problems[2:] == [
        "Job probe: its last run ended as failed: It broke.",
        "1 dead letters wait for a person: assay jobs dead list",
    ]


async def test_a_tick_that_nobody_fired_is_overdue_and_a_paused_job_is_not(queue, nats_url):
    queue.declare("probe", cron="*/5 * * * *", grace=timedelta(minutes=4))
    async with queue.database.transaction() as session:
        await control.ensure_known(session, ["probe"])
    await rows(queue.database, "UPDATE job_controls SET scheduled_since = now() - interval '20 minutes' RETURNING job")
    assert (await health(queue, nats_url)).jobs["probe"].overdue
    async with queue.database.transaction() as session:
        await control.pause(session, "probe", actor=SYSTEM)
    job = (await health(queue, nats_url)).jobs["probe"]
    assert (job.overdue, job.paused, job.next_due) == (False, True, None)


async def test_without_a_broker_the_rest_is_told(queue):
    queue.declare("probe")
    with no_broker():
        found = await health(queue, NOWHERE)
    assert (found.broker_connected, found.database_connected, found.queue) == (False, True, None)
    assert found.problems[0].startswith("The broker (NATS_URL) does not answer")
    assert found.jobs["probe"].status == "unknown"


async def test_without_a_database_the_rest_is_told(queue, nats_url):
    queue.declare("probe")
    nowhere = Database("postgresql://me:secret@127.0.0.1:1/none")
    found = await look(nowhere, queue.deps.settings, nats_url)
    await nowhere.close()
    assert (found.broker_connected, found.database_connected) == (True, False)
    assert found.jobs["probe"].status == "unreadable"
    assert found.problems[0].startswith("The database does not answer")
    assert "secret" not in str(found)
