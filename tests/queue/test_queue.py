"""The queue: orders become runs, once, in good order, and what cannot be worked off is a dead letter."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from nats.js.errors import NotFoundError
from tests.builders import rows, scalar
from tests.patience import until
from tests.queue.helpers import scheduling, working

from assay.audit.actor import SYSTEM
from assay.errors import NotFound, PermanentError
from assay.messaging import streams
from assay.queue import control, dead_letters, dispatcher, history, tasks, worker
from assay.queue.order import Order
from assay.queue.run import MAX_CRASHES, carry_out

pytestmark = pytest.mark.anyio

PAUSES = """
    SELECT extract(epoch FROM later.due_at - earlier.finished_at), later.started_at >= later.due_at
    FROM job_runs earlier JOIN job_runs later ON later.attempt = earlier.attempt + 1 ORDER BY later.attempt"""


async def broken(_work):
    raise ValueError("It broke.")


async def hopeless(_work):
    raise PermanentError("It can never succeed.")


def gated(queue, name="gated"):
    """A job that begins, and ends when it may."""
    begun, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def body(_work):
        begun.release()
        await may_end.wait()
        queue.ran.append(name)
        return {"done": 1}

    queue.declare(name, body)
    return begun, may_end


async def test_an_order_becomes_a_run_and_leaves_the_queue(queue):
    queue.declare("probe")
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
        await until(lambda: _is(queue.in_stream, 0))
    assert queue.ran == ["probe"]


async def test_the_same_order_twice_is_one_run(queue):
    queue.declare("probe")
    order = Order("probe", "once")
    for _ in range(3):
        await queue.broker.submit(order)
    assert await queue.in_stream() == 1
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
        await queue.broker.put(queue.broker.formatter.dumps(order.message()).message)  # past the broker's memory
        await until(lambda: _is(queue.in_stream, 0))
    assert await queue.states("probe") == ["ok"]


async def test_retries_keep_exactly_to_their_pauses(queue):
    queue.declare("probe", broken, retries=(0.3, 0.9))
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed", "failed", "failed")
        await until(lambda: _is(queue.letters, [("probe", "retries_exhausted")]))
    await _assert_pauses(queue, 0.3, 0.9)


async def _assert_pauses(queue, *least):
    """Each retry was due so long after the failure before it, and did not start earlier."""
    found = await rows(queue.database, PAUSES)
    assert [in_time for _, in_time in found] == [True] * len(least)
    assert [float(pause) >= wanted for (pause, _), wanted in zip(found, least, strict=True)] == [True] * len(least)


async def test_the_delays_of_the_contract_stand_in_the_schedules_that_the_broker_keeps(queue):
    queue.declare("probe", broken, retries=(5, 25, 125))
    async with working(queue.broker, queue.deps):
        for attempt in (1, 2, 3, 4):
            await queue.broker.submit(Order("probe", f"try{attempt}", attempt))
            await until(partial(_failed, queue, attempt))
        await until(lambda: _is(queue.letters, [("probe", "retries_exhausted")]))
    found = sorted([planned for number in range(1, 12) if (planned := await _planned(queue, number))])
    for (since_the_end, since_it_was_ordered), pause in zip(found, (5, 25, 125), strict=True):
        assert pause <= since_the_end
        assert since_it_was_ordered <= pause * 1.02


async def _failed(queue, times) -> bool:
    return bool((await queue.states("probe")).count("failed") == times)


async def _planned(queue, number) -> Any:
    """How long after the failed run, and after it was written itself, a message is due by its own header."""
    try:
        message = await queue.broker.js.get_msg(queue.broker.queue_of_jobs.name, number)
    except NotFoundError:
        return None
    at = datetime.fromisoformat(message.headers["Nats-Schedule"].removeprefix("@at "))
    order = Order.of(queue.broker.formatter.loads(message.data))
    assert message.headers["Nats-Msg-Id"] == f"{order.task_id}:r{order.attempt - 1}"
    ended = "SELECT finished_at FROM job_runs WHERE task_id = :task AND attempt = :attempt"
    before = await scalar(queue.database, ended, task=order.task_id, attempt=order.attempt - 1)
    return (at - before).total_seconds(), (at - message.time).total_seconds()


async def test_a_job_that_fails_once_is_well_after_its_retry_and_leaves_no_dead_letter(queue):
    async def body(_work):
        queue.ran.append("probe")
        if len(queue.ran) == 1:
            raise ValueError("It broke once.")
        return {"done": 1}

    queue.declare("probe", body, retries=(0.2,))
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed", "ok")
    assert await queue.letters() == []


async def test_what_can_never_succeed_is_not_tried_again(queue):
    queue.declare("probe", hopeless, retries=(0.1, 0.1))
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await until(lambda: _is(queue.letters, [("probe", "permanent")]))
    assert await queue.states("probe") == ["failed"]


POISON = [b"", b"\xff\x00", b"{}", b"[1, 2]", b'{"task_id": "a", "task_name": "probe", "labels": {"attempt": "x"}}']


async def test_what_is_no_order_is_a_dead_letter_and_the_others_go_on(queue):
    queue.declare("probe")
    for data in POISON:
        await queue.broker.put(data)
    hostile = Order("probe", "a").message()
    for labels in ({"attempt": "-1"}, {"attempt": str(10**30)}, {"due_at": "2026-03-02T09:00:00"}, {"tick": "soon"}):
        message = hostile.model_copy(update={"labels": labels})
        await queue.broker.put(queue.broker.formatter.dumps(message).message)
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
        await until(lambda: _is(queue.letters, [("", "unparseable")] * 9))
    info = await queue.broker.js.stream_info(queue.broker.queue_of_jobs.dead_name)
    assert info.state.messages == 9


@pytest.fixture
def hurried(monkeypatch):
    """What a worker does not know is given to the next at once."""
    monkeypatch.setattr(worker, "PAUSE_AFTER_STRANGER_SECONDS", 0.01)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", ["of_the_new_version", "with a space", "a.b", "*", "x" * 200])
async def test_a_job_that_this_version_does_not_know_is_kept_and_can_be_given_back(queue, name):
    await queue.order(name)
    async with working(queue.broker, queue.deps):
        await until(lambda: _is(queue.letters, [(name, "unknown_task")]))
        queue.declare("probe")
        queue.declare(name)
        [letter] = await rows(queue.database, "SELECT id FROM job_dead_letters")
        replayed = [await dead_letters.replay(queue.broker, queue.database, letter.id, actor=SYSTEM) for _ in range(3)]
        assert replayed == [True, False, False]
        await queue.until_states(name, "ok")
    assert queue.ran == [name]


@pytest.mark.usefixtures("hurried")
async def test_a_job_is_no_dead_letter_where_a_newer_worker_takes_it_in_time(queue):
    await queue.order("of_the_new_version")
    async with working(queue.broker, queue.deps):
        await until(lambda: _was_redelivered(queue))
        queue.declare("of_the_new_version")  # as if it had come to another
        await queue.until_states("of_the_new_version", "ok")
    assert await queue.letters() == []


async def _was_redelivered(queue) -> bool:
    names = queue.broker.queue_of_jobs
    consumer = await queue.broker.js.consumer_info(names.name, names.durable)
    return bool(consumer.delivered.consumer_seq > 1)


@pytest.mark.usefixtures("hurried")
async def test_a_dead_letter_is_not_queued_any_more(queue):
    await queue.request("of_the_new_version")
    await dispatcher.relay_requests(queue.broker, queue.database)
    async with working(queue.broker, queue.deps):
        await queue.until_states("of_the_new_version", "failed")
    assert await dispatcher.sweep(queue.broker, queue.database) == []


async def test_a_dead_letter_that_is_not_there_is_refused(queue):
    with pytest.raises(NotFound, match="There is no dead letter 7"):
        await dead_letters.replay(queue.broker, queue.database, 7, actor=SYSTEM)


async def test_many_requests_make_one_run(queue):
    queue.declare("probe")
    for _ in range(20):
        await queue.request("probe")
    assert await dispatcher.relay_requests(queue.broker, queue.database) == 1
    await queue.request("probe")
    assert await dispatcher.relay_requests(queue.broker, queue.database) == 0  # met by the run that has not begun
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
    assert await scalar(queue.database, "SELECT count(*) FROM job_requests") == 0


async def test_a_request_that_is_rolled_back_was_none(queue):
    queue.declare("probe")
    with pytest.raises(ValueError, match="no"):
        await _fail_after_request(queue)
    assert await dispatcher.relay_requests(queue.broker, queue.database) == 0


async def _fail_after_request(queue):
    async with queue.database.transaction() as session:
        await control.run_now(session, "probe", actor=SYSTEM)
        raise ValueError("no")


async def test_a_request_that_comes_while_the_job_runs_leads_to_one_more_run(queue):
    begun, may_end = gated(queue)
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.request("gated")
        await begun.acquire()
        for _ in range(3):
            await queue.request("gated")
        await asyncio.sleep(1)
        assert await queue.states("gated") == ["running"]
        may_end.set()
        await queue.until_states("gated", "ok", "ok")


async def test_a_requested_order_that_finds_the_job_running_is_asked_for_again(queue):
    begun, may_end = gated(queue)
    async with working(queue.broker, queue.deps):
        await queue.order("gated")
        await begun.acquire()
        await queue.broker.submit(Order.anew("gated", "request"))
        await queue.until_states("gated", "running", "skipped")
        assert await scalar(queue.database, "SELECT count(*) FROM job_requests") == 1
        may_end.set()
        await queue.until_states("gated", "ok", "skipped")
        assert await dispatcher.relay_requests(queue.broker, queue.database) == 1
        await queue.until_states("gated", "ok", "skipped", "ok")


async def test_a_crash_between_commit_and_queue_loses_no_request(queue):
    queue.declare("probe")
    await queue.request("probe")
    async with queue.database.transaction() as session:
        [order] = await dispatcher._take(session) or []  # and the process died here
    assert await queue.in_stream() == 0
    await rows(queue.database, "UPDATE job_runs SET queued_at = now() - interval '1 minute' RETURNING id")
    assert await dispatcher.sweep(queue.broker, queue.database) == [order]
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")


async def test_a_queue_whose_store_is_gone_is_filled_again_from_the_history(queue):
    queue.declare("probe")
    await queue.request("probe")
    await dispatcher.relay_requests(queue.broker, queue.database)
    await queue.broker.js.delete_stream(queue.broker.queue_of_jobs.name)
    await rows(queue.database, "UPDATE job_runs SET kicked_at = now() - interval '1 minute' RETURNING id")
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")


async def test_a_paused_job_waits_and_what_asked_for_it_meanwhile_makes_one_run(queue):
    queue.declare("probe", cron="* * * * * *", grace=timedelta(milliseconds=500))
    async with queue.database.transaction() as session:
        assert await control.pause(session, "probe", actor=SYSTEM)
        assert not await control.pause(session, "probe", actor=SYSTEM)
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.request("probe")
        await queue.order("probe")
        await queue.until_states("probe", "skipped")
        assert queue.ran == []
        queue.declare("probe")
        async with queue.database.transaction() as session:
            assert await control.resume(session, "probe", actor=SYSTEM)
        await queue.until_states("probe", "skipped", "ok")
    trail = "SELECT action, detail FROM audit_log WHERE action LIKE 'job.%' ORDER BY id"
    assert [(row.action, row.detail) for row in await rows(queue.database, trail)] == [
        ("job.paused", {"job": "probe"}),
        ("job.resumed", {"job": "probe"}),
    ]


async def test_what_a_waiting_tick_stood_for_is_kept_when_the_job_is_paused_before_it_begins(queue):
    queue.declare("probe")
    tick = Order.at_tick("probe", datetime(2026, 3, 4, 9, 5, tzinfo=UTC))
    async with queue.database.transaction() as session:
        await history.queue_run(session, tick)
    await queue.request("probe")
    assert await dispatcher.relay_requests(queue.broker, queue.database) == 0  # the tick will do
    async with queue.database.transaction() as session:
        await control.pause(session, "probe", actor=SYSTEM)
    await queue.broker.submit(tick)
    async with working(queue.broker, queue.deps), scheduling(queue.broker, queue.deps):
        await queue.until_states("probe", "skipped")
        async with queue.database.transaction() as session:
            await control.resume(session, "probe", actor=SYSTEM)
        await queue.until_states("probe", "skipped", "ok")


async def test_a_worker_that_ends_hands_over_what_it_runs_and_takes_nothing_more(queue):
    begun, may_end = gated(queue)
    async with working(queue.broker, queue.deps, drain=0.1):
        await queue.order("gated")
        await begun.acquire()
    assert await queue.states("gated") == ["interrupted"]
    queue.declare("probe")
    await queue.order("probe")
    names = queue.broker.queue_of_jobs
    consumer = await queue.broker.js.consumer_info(names.name, names.durable)
    assert (consumer.num_pending, consumer.num_ack_pending) == (1, 1)  # what was handed over counts as pending
    assert consumer.num_waiting == 0
    may_end.set()
    async with working(queue.broker, queue.deps):
        await queue.until_states("gated", "interrupted", "ok")
        await queue.until_states("probe", "ok")


async def test_a_worker_that_ends_lets_a_job_end_that_is_quick_enough(queue):
    begun, may_end = gated(queue)
    async with working(queue.broker, queue.deps, drain=30):
        await queue.order("gated")
        await begun.acquire()
        asyncio.get_running_loop().call_later(0.2, may_end.set)
    assert await queue.states("gated") == ["ok"]
    assert await queue.in_stream() == 0


async def test_an_attempt_that_killed_its_process_five_times_is_a_dead_letter(queue):
    queue.declare("probe")
    order = Order("probe", "killer")
    lost = """INSERT INTO job_runs (id, job, task_id, state, delivery)
        SELECT gen_random_uuid(), 'probe', 'killer', 'lost', n FROM generate_series(1, 5) n RETURNING id"""
    await rows(queue.database, lost)
    await queue.broker.submit(order)
    async with working(queue.broker, queue.deps):
        await until(lambda: _is(queue.letters, [("probe", "crash_loop")]))
    assert queue.ran == []


DIED = """INSERT INTO job_runs (id, job, task_id, state, delivery, worker, started_at, heartbeat_at, error)
    SELECT gen_random_uuid(), :job, :job || 's', 'lost', n, 'host:' || n, now() - n * interval '1 hour',
        now() - n * interval '1 hour', :error FROM generate_series(1, :times) n RETURNING id"""


@pytest.mark.parametrize(
    ("died", "buried"),
    [
        ([("probe", history.GONE, 5)], True),
        ([("probe", history.TOLD_TO_STOP, 5)], False),
        ([("probe", history.GONE, 5), ("other", history.GONE, 5)], False),
        ([("probe", history.GONE, 20), ("other", history.GONE, 20)], True),
    ],
    ids=["alone", "told to stop", "beside another", "beside another, too often"],
)
async def test_only_what_may_have_killed_its_process_is_a_crash_loop(queue, died, buried):
    queue.declare("probe")
    for job, error, times in died:
        await rows(queue.database, DIED, job=job, error=error, times=times)
    async with queue.database.transaction() as session:
        killed = await history.count_killed(session, Order("probe", "probes"))
    assert (killed >= MAX_CRASHES) == buried


async def test_what_runs_when_its_worker_is_told_to_stop_is_not_to_blame(queue):
    begun, may_end = gated(queue)
    async with working(queue.broker, queue.deps, drain=30):
        await queue.order("gated")
        await begun.acquire()

        async def stops():
            noted = "SELECT id FROM job_runs WHERE error = :error"
            await until(lambda: rows(queue.database, noted, error=history.TOLD_TO_STOP))
            may_end.set()

        told = asyncio.create_task(stops())
    await told
    assert await queue.states("gated") == ["ok"]


async def test_on_a_broker_that_keeps_no_delays_retries_keep_to_their_pauses_too(queue, monkeypatch):
    monkeypatch.setattr(streams, "has_schedules", lambda _client: False)
    queue.declare("probe", broken, retries=(0.5, 1.5))
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed", "failed", "failed")
        await until(lambda: _is(queue.letters, [("probe", "retries_exhausted")]))
        await until(lambda: _is(queue.in_stream, 0))
    await _assert_pauses(queue, 0.5, 1.5)


async def test_on_a_broker_that_keeps_no_delays_a_retry_outlives_the_worker_that_put_it_back(queue, monkeypatch):
    monkeypatch.setattr(streams, "has_schedules", lambda _client: False)
    queue.declare("probe", broken, retries=(3,))
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed", "queued")
        await until(lambda: _was_redelivered(queue))
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "failed", "failed")
    await _assert_pauses(queue, 3)


async def test_an_order_that_a_clock_ahead_has_dated_is_carried_out_and_holds_nothing_up(queue):
    queue.declare("probe")
    distant = Order("probe", "distant", due_at=datetime(9999, 1, 1, tzinfo=UTC))
    await queue.broker.put(queue.broker.formatter.dumps(distant.message()).message)
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
        await queue.order("probe")
        await queue.until_states("probe", "ok", "ok")
        await until(lambda: _is(queue.in_stream, 0))
    assert await queue.letters() == []


async def test_a_fault_of_the_engine_loses_no_message(queue, monkeypatch):
    monkeypatch.setattr(worker, "PAUSE_AFTER_FAULT_SECONDS", 0.1)
    calls: list[Any] = []

    async def faulty(*args, **kwargs):
        calls.append(args)
        if len(calls) < 3:
            raise KeyError("a fault of ours")
        return await carry_out(*args, **kwargs)

    monkeypatch.setattr(tasks, "carry_out", faulty)
    queue.declare("probe")
    await queue.order("probe")
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")
    assert len(calls) == 3


async def _is(ask, wanted) -> bool:
    return bool(await ask() == wanted)
