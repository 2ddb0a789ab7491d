"""The one runner: lock, history, time, statistics, log lines and notifications."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.builders import draft, propose, rows, scalar
from tests.jobs.helpers import ERRORS, HISTORY, done, failed

from assay.db.models import JobState
from assay.errors import NotFound, Unavailable
from assay.queue import run as runner
from assay.queue.job import JOBS, Body, Job
from assay.queue.run import run

pytestmark = pytest.mark.anyio

NAME = "probe"
CUT_THE_LOCK = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()"""
RECOVERED = "SELECT data FROM audit_log WHERE action = 'job.recovered' AND channel = 'system_notifications'"
FRESH = "UPDATE job_runs SET started_at = started_at - interval '1 minute' RETURNING id"


@pytest.fixture
def declare(monkeypatch) -> Callable[..., None]:
    """Makes a body the job named probe, which is to return a number under `done`."""

    def declare(body: Body, *, timeout: float = 30) -> None:
        job = Job(NAME, "* * * * *", timedelta(seconds=timeout), (), ("done",), body)
        monkeypatch.setitem(JOBS, NAME, job)

    return declare


async def fine(_context):
    return {"done": 7}


async def broken(_context):
    raise ValueError("It broke.\nWith a second line.")


async def test_a_run_that_goes_well_is_in_the_history_with_its_statistics(deps, declare):
    declare(fine)
    result = await run(NAME, deps)
    assert (result.state, result.ok, result.statistics) == (JobState.OK, True, {"done": 7})
    assert await rows(deps.database, HISTORY) == [("ok", {"done": 7}, None)]
    assert await scalar(deps.database, "SELECT bool_and(finished_at >= started_at) FROM job_runs")


async def test_a_failure_is_a_result_a_line_in_the_history_and_a_notification(deps, declare):
    declare(broken)
    result = await run(NAME, deps)
    assert (result.state, result.ok, result.error) == (JobState.FAILED, False, "It broke.")
    assert await rows(deps.database, HISTORY) == [("failed", {}, "It broke.")]
    context = {"total": 0, "processed": 0, "failed": 0}
    assert await rows(deps.database, ERRORS) == [("error", NAME, "It broke.", context)]


async def test_a_run_that_takes_too_long_is_ended(deps, declare):
    async def slow(_context):
        await asyncio.sleep(60)

    declare(slow, timeout=0.05)
    assert (await run(NAME, deps)).state is JobState.TIMEOUT
    [(state, _, error)] = await rows(deps.database, HISTORY)
    assert (state, error) == ("timeout", "It took longer than 0:00:00.050000.")
    assert len(await rows(deps.database, ERRORS)) == 1


@pytest.mark.parametrize(("share", "looks", "asked"), [(0.85, True, [(NAME,)]), (0.1, True, []), (0.85, False, [])])
async def test_a_run_that_left_early_asks_for_the_next_one_and_one_that_was_slow_does_not(
    deps, declare, share, looks, asked
):
    async def body(context):
        context.started -= share * context.seconds
        assert not looks or context.time_is_up is bool(asked)
        return {"done": 7}

    declare(body)
    assert (await run(NAME, deps)).ok
    assert await rows(deps.database, "SELECT job FROM job_requests") == asked


async def test_a_run_that_is_interrupted_says_so_and_gives_the_lock_free(deps, declare):
    begun = asyncio.Event()

    async def endless(_context):
        begun.set()
        await asyncio.sleep(60)

    declare(endless)
    task = asyncio.create_task(run(NAME, deps))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await rows(deps.database, HISTORY) == [("interrupted", {}, "It was interrupted.")]
    declare(fine)
    assert (await run(NAME, deps)).state is JobState.OK


async def test_a_second_run_at_the_same_time_does_nothing(deps, declare):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def once(_context):
        assert not begun.is_set()
        begun.set()
        await go_on.wait()
        return {"done": 1}

    declare(once)
    first = asyncio.create_task(run(NAME, deps))
    await begun.wait()
    second = await run(NAME, deps)
    go_on.set()
    assert (second.state, second.ok, second.error) == (JobState.SKIPPED, True, "It is already running.")
    assert (await first).state is JobState.OK
    assert sorted(await rows(deps.database, HISTORY)) == [("ok", {"done": 1}, None), ("skipped", {}, "overlap")]


async def test_a_run_that_may_wait_comes_after_the_other(deps, declare):
    begun, go_on = asyncio.Event(), asyncio.Event()
    ended: list[int] = []

    async def once(_context):
        begun.set()
        await go_on.wait()
        ended.append(len(ended))
        return {"done": 1}

    declare(once)
    first = asyncio.create_task(run(NAME, deps))
    await begun.wait()
    second = asyncio.create_task(run(NAME, deps, wait=True))
    await asyncio.sleep(0.1)
    assert ended == []
    go_on.set()
    assert [each.state for each in await asyncio.gather(first, second)] == [JobState.OK, JobState.OK]
    assert ended == [0, 1]


async def test_two_jobs_run_beside_each_other(deps, declare, monkeypatch):
    inner: list[JobState] = []

    async def outer(context):
        inner.append((await run("proposal_metrics_update", context.deps)).state)
        return {"done": 1}

    declare(outer)
    assert (await run(NAME, deps)).state is JobState.OK
    assert inner == [JobState.OK]


async def test_a_body_that_waited_for_something_in_vain_has_failed_and_not_taken_too_long(deps, declare):
    async def body(_context):
        raise TimeoutError("The model does not answer.")

    declare(body)
    result = await run(NAME, deps)
    assert (result.state, result.error) == (JobState.FAILED, "The model does not answer.")


async def test_a_run_that_lost_its_lock_is_cut_off_when_another_has_begun(deps, declare, monkeypatch):
    monkeypatch.setattr(runner, "BEAT_SECONDS", 0.05)
    begun, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def body(_context):
        begun.release()
        await may_end.wait()
        return {"done": 1}

    declare(body)
    first = asyncio.create_task(run(NAME, deps))
    await begun.acquire()
    await rows(deps.database, CUT_THE_LOCK)
    second = asyncio.create_task(run(NAME, deps))
    await begun.acquire()
    result = await first
    assert (result.state, result.error) == (JobState.FAILED, runner.TAKEN)
    assert not second.done()
    may_end.set()
    assert (await second).ok
    assert [state for state, *_ in await rows(deps.database, HISTORY)] == ["failed", "ok"]


async def test_a_run_whose_process_died_is_marked_as_lost_by_the_next(deps, declare):
    declare(fine)
    await rows(
        deps.database,
        "INSERT INTO job_runs (id, job, state, worker, started_at) "
        "SELECT gen_random_uuid(), job, 'running', 'gone', now() FROM unnest(ARRAY['probe', 'other']) job RETURNING id",
    )
    await done(NAME, deps)
    assert await rows(deps.database, "SELECT job, state FROM job_runs WHERE worker = 'gone' ORDER BY job") == [
        ("other", "running"),
        ("probe", "lost"),
    ]


@pytest.mark.parametrize("statistics", [{}, {"done": 1, "more": 2}, {"other": 1}])
async def test_statistics_other_than_declared_are_a_failure(deps, declare, statistics):
    async def careless(_context):
        return statistics

    declare(careless)
    assert "declared ['done']" in ((await failed(NAME, deps)).error or "")


async def test_a_run_all_of_whose_items_failed_has_failed_and_is_critical(deps, declare):
    ids = await propose(deps.database, [draft(), draft()])
    declare(_isolating(ids, poisoned=set(ids)))
    with capture_logs() as logs:
        assert (await failed(NAME, deps)).error == "All 2 items failed: It is poison."
    assert (await rows(deps.database, ERRORS))[-1][:3] == ("critical", NAME, "All 2 items failed: It is poison.")
    assert [each["event"] for each in logs if each["log_level"] == "critical"] == [
        "Job probe CRITICAL FAILURE: All 2 items failed: It is poison."
    ]


async def test_a_run_one_of_whose_items_failed_went_well(deps, declare):
    ids = await propose(deps.database, [draft(), draft(), draft()])
    declare(_isolating(ids, poisoned={ids[1]}))
    assert await done(NAME, deps) == {"done": 2}


def _isolating(ids, poisoned) -> Body:
    async def act(_session, some):
        if poisoned & set(some):
            raise ValueError("It is poison.")
        return len(some)

    async def body(context):
        context.begin(len(ids))
        return {"done": sum(await context.isolate(ids, act, done=lambda done: done))}

    return body


@pytest.mark.parametrize("between", [[], ["interrupted"], ["skipped"], ["interrupted", "skipped"]])
async def test_a_job_that_works_again_says_so_once(deps, declare, between):
    declare(fine)
    await done(NAME, deps)
    declare(broken)
    await failed(NAME, deps)
    for state in between:
        await rows(deps.database, FRESH)
        await rows(
            deps.database,
            "INSERT INTO job_runs (id, job, state, worker, started_at) "
            "VALUES (gen_random_uuid(), 'probe', :state, 'w', now()) RETURNING id",
            state=state,
        )
    assert await rows(deps.database, RECOVERED) == []
    declare(fine)
    for _ in range(2):
        await done(NAME, deps)
    assert await rows(deps.database, RECOVERED) == [({"job_name": NAME},)]


async def test_the_log_says_what_the_job_does_in_the_agreed_words(deps, declare):
    ids = await propose(deps.database, [draft() for _ in range(4)])

    async def act(_session, some):
        if ids[3] in some:
            raise ValueError("It is poison.")

    async def body(context):
        context.begin(len(ids))
        await context.isolate(ids, act, done=lambda _: len(ids))
        context.advance(3)
        return {"done": 3}

    declare(body)
    with capture_logs() as logs:
        await done(NAME, deps)
    assert [(each["log_level"], each["event"]) for each in logs] == [
        ("info", "Job probe started: processing 4 proposals"),
        ("error", f"Job probe: failed to process proposal {ids[3]}: It is poison."),
        ("error", "Job probe failed: It is poison."),
        ("debug", "Job probe: processed 3/4 (75%)"),
        ("info", "Job probe completed: {'done': 3}"),
    ]


async def test_the_log_of_a_failure_carries_context_and_severity(deps, declare):
    declare(broken)
    with capture_logs() as logs:
        await failed(NAME, deps)
    [line] = logs
    assert (line["event"], line["severity"]) == ("Job probe failed: It broke.", "error")
    assert isinstance(line["exc_info"], ValueError)
    assert (line["job_name"], line["context"]) == (NAME, {"total": 0, "processed": 0, "failed": 0})


async def test_a_server_that_does_not_answer_fails_the_run(deps, declare):
    async def away(_context):
        raise Unavailable("The model does not answer.")

    declare(away)
    assert (await failed(NAME, deps)).error == "The model does not answer."


async def test_an_unknown_job_is_refused_with_the_names_there_are(deps):
    with pytest.raises(NotFound, match=r"There is no job 'tidy'\. The jobs are: auto_review_proposals, cleanup_"):
        await run("tidy", deps)
    assert await rows(deps.database, HISTORY) == []
