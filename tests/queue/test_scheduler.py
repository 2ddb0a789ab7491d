"""Ticks: claimed once by however many schedulers, caught up once, missed ones recorded."""

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from taskiq.exceptions import ScheduledTaskCancelledError
from tests.builders import rows
from tests.patience import retry_until_available, until
from tests.queue.helpers import scheduling, working

from assay.audit.actor import SYSTEM
from assay.queue import control
from assay.queue.job import JOBS
from assay.queue.scheduler import AFTER_FAILURE_SECONDS, Scheduler, Ticks, settled_until

pytestmark = pytest.mark.anyio

MORNING = datetime(2026, 3, 4, 9, 2, tzinfo=UTC)
LINES = "SELECT tick, state, error FROM job_runs ORDER BY tick"


class Clock:
    def __init__(self) -> None:
        self.time = MORNING

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
async def ticks(queue):
    """Ticks of a job of every five minutes under a clock of the test's own, scheduled since that morning."""
    queue.declare("probe", cron="*/5 * * * *", grace=timedelta(minutes=4))
    made = Ticks(queue.database, Clock())
    await made.startup()
    statement = "UPDATE job_controls SET scheduled_since = :at RETURNING job"
    await rows(queue.database, statement, at=MORNING)
    return made


def times(schedules):
    return [each.time for each in schedules]


def minute(number):
    return MORNING.replace(minute=number)


async def test_before_its_first_tick_a_job_offers_that_and_nothing_else(ticks):
    assert times(await ticks.get_schedules()) == [minute(5)]


async def test_a_tick_is_offered_until_somebody_claims_it(ticks):
    ticks._clock.time = minute(6)
    assert times(await ticks.get_schedules()) == [minute(5), minute(10)]
    await ticks.pre_send((await ticks.get_schedules())[0])
    assert times(await ticks.get_schedules()) == [minute(10)]


async def test_a_tick_is_claimed_by_one_of_many(queue, ticks):
    others = [Ticks(queue.database, ticks._clock) for _ in range(5)]
    [task] = await ticks.get_schedules()
    results = await asyncio.gather(*(each.pre_send(task) for each in others), return_exceptions=True)
    assert [type(each) for each in results if each] == [ScheduledTaskCancelledError] * 4
    assert await rows(queue.database, LINES) == [(minute(5), "queued", None)]


async def test_a_scheduler_that_comes_to_a_tick_late_leaves_alone_what_another_has_fired(queue, ticks):
    late = Ticks(queue.database, ticks._clock)
    [task] = await late.get_schedules()
    await Scheduler(queue.broker, ticks).on_ready(ticks, task)
    await Scheduler(queue.broker, late).on_ready(late, task)
    assert await rows(queue.database, LINES) == [(minute(5), "queued", None)]
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "ok")


async def test_a_tick_that_was_fired_and_waits_for_a_worker_is_never_missed(queue, ticks):
    [task] = await ticks.get_schedules()
    async with queue.database.transaction() as session:
        settled = await settled_until(session)  # as one reads it who is slow
        await Scheduler(queue.broker, ticks).on_ready(ticks, task)
        ticks._clock.time = minute(9) + timedelta(seconds=30)
        assert times(await ticks._of(session, JOBS["probe"], settled["probe"])) == [minute(10)]
    assert await rows(queue.database, LINES) == [(minute(5), "queued", None)]


async def test_a_tick_that_was_offered_and_never_fired_is_recorded_by_who_fires_the_next(queue, ticks):
    ticks._clock.time = minute(6)
    [_, upcoming] = await ticks.get_schedules()
    await ticks.pre_send(upcoming)
    assert await rows(queue.database, LINES) == [(minute(5), "skipped", "missed"), (minute(10), "queued", None)]


async def test_each_missed_tick_is_counted_once_however_many_schedulers_count(queue, ticks):
    clocks = [minute(number) + timedelta(seconds=30) for number in (9, 14, 19, 24, 29)]
    others = [Ticks(queue.database, partial(_same, clock)) for clock in clocks]
    await asyncio.gather(*(each.get_schedules() for each in others))
    found = await rows(queue.database, "SELECT error FROM job_runs")
    assert sum(int((re.search(r"\d+", error) or ["1"])[0]) for (error,) in found) == 5


def _same(moment):
    return moment


async def test_all_down_over_many_ticks_makes_one_run_and_one_line_for_the_others(queue, ticks):
    ticks._clock.time = minute(32)
    offered = await ticks.get_schedules()
    assert times(offered) == [minute(30), minute(35)]
    await Scheduler(queue.broker, ticks).on_ready(ticks, offered[0])
    async with working(queue.broker, queue.deps):
        await queue.until_states("probe", "skipped", "ok")
    assert await rows(queue.database, LINES) == [(minute(25), "skipped", "missed (5 ticks)"), (minute(30), "ok", None)]
    assert times(await ticks.get_schedules()) == [minute(35)]


async def test_a_tick_past_its_grace_is_missed(queue, ticks):
    ticks._clock.time = minute(9) + timedelta(seconds=30)
    assert times(await ticks.get_schedules()) == [minute(10)]
    assert await rows(queue.database, LINES) == [(minute(5), "skipped", "missed")]


async def test_while_a_run_waits_to_start_further_ticks_add_none(queue, ticks):
    scheduler = Scheduler(queue.broker, ticks)
    for number in (6, 11, 16):
        ticks._clock.time = minute(number)
        await scheduler.on_ready(ticks, (await ticks.get_schedules())[0])
    assert await queue.in_stream() == 1
    assert [state for _, state, _ in await rows(queue.database, LINES)] == ["queued", "skipped", "skipped"]


async def test_a_paused_job_offers_nothing(queue, ticks):
    async with queue.database.transaction() as session:
        await control.pause(session, "probe", actor=SYSTEM)
    assert await ticks.get_schedules() == []


async def test_a_firing_that_failed_is_tried_again_soon(queue, ticks, monkeypatch):
    ticks._clock.time = minute(5)

    async def away(_message):
        raise OSError("away")

    monkeypatch.setattr(queue.broker, "kick", away)
    assert await Scheduler(queue.broker, ticks).fire_due() == AFTER_FAILURE_SECONDS
    assert await rows(queue.database, LINES) == [(minute(5), "queued", None)]  # the relay gives it to the broker


async def test_schedulers_beside_each_other_fire_each_tick_once(queue):
    queue.declare("probe", cron="* * * * * *", grace=timedelta(milliseconds=900))

    async def fired() -> bool:
        return len(queue.ran) >= 3

    async with (
        working(queue.broker, queue.deps),
        scheduling(queue.broker, queue.deps),
        scheduling(queue.broker, queue.deps),
        scheduling(queue.broker, queue.deps),
    ):
        await until(fired)
    ok = await rows(queue.database, "SELECT tick FROM job_runs WHERE state = 'ok'")
    assert len({tick for (tick,) in ok}) == len(ok) == len(queue.ran)


async def test_a_scheduler_ends_when_told_to_although_the_client_of_the_broker_swallowed_that(queue, monkeypatch):
    queue.declare("probe")
    waits = asyncio.Event()

    async def swallowing(*_servers):
        waits.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with retry_until_available(), scheduling(queue.broker, queue.deps):
        await asyncio.sleep(1)  # a connection that is cut while it is made holds up the end of its database
        monkeypatch.setattr("assay.queue.dispatcher.relay_requests", swallowing)
        await queue.request("probe")
        await waits.wait()
