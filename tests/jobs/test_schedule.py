"""Ticks: claimed once by however many schedulers, caught up once, missed ones recorded."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from taskiq.exceptions import ScheduledTaskCancelledError
from tests.builders import rows
from tests.jobs.queue_lab import scheduling, until, working

from assay.audit.actor import SYSTEM
from assay.jobs import control
from assay.jobs.schedule import Scheduler, Ticks

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


async def test_all_down_over_many_ticks_makes_one_run_and_one_line_for_the_others(queue, ticks):
    ticks._clock.time = minute(32)
    offered = await ticks.get_schedules()
    assert times(offered) == [minute(30), minute(35)]
    await Scheduler(queue.broker, ticks).on_ready(ticks, offered[0])
    async with working(queue.broker, queue.tools):
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


async def test_a_firing_that_failed_is_offered_under_another_id(queue, ticks, monkeypatch):
    [task] = await ticks.get_schedules()

    async def away(_message):
        raise OSError("away")

    monkeypatch.setattr(queue.broker, "kick", away)
    await Scheduler(queue.broker, ticks).on_ready(ticks, task)
    assert ticks._failures == {task.task_id: 1}
    assert await rows(queue.database, LINES) == [(minute(5), "queued", None)]  # the relay gives it to the broker


async def test_schedulers_beside_each_other_fire_each_tick_once(queue):
    queue.declare("probe", cron="* * * * * *", grace=timedelta(milliseconds=900))

    async def fired() -> bool:
        return len(queue.ran) >= 3

    async with (
        working(queue.broker, queue.tools),
        scheduling(queue.broker, queue.tools),
        scheduling(queue.broker, queue.tools),
        scheduling(queue.broker, queue.tools),
    ):
        await until(fired)
    ok = await rows(queue.database, "SELECT tick FROM job_runs WHERE state = 'ok'")
    assert len({tick for (tick,) in ok}) == len(ok) == len(queue.ran)
