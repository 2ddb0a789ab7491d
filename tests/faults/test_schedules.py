"""Several real schedulers: one firing per tick, and one catching up."""

import asyncio
import random
import signal
from datetime import timedelta

import pytest
from tests.builders import rows, scalar

from assay.clock import now

pytestmark = pytest.mark.anyio

DOUBLES = "SELECT tick FROM job_runs WHERE job = 'ticking' AND state <> 'skipped' GROUP BY tick HAVING count(*) > 1"
GOOD = "SELECT count(*) FROM job_runs WHERE job = 'ticking' AND state = 'ok'"
HOLES = """
    SELECT tick, error FROM (SELECT tick, error, lag(tick) OVER (ORDER BY tick) AS last FROM job_runs
        WHERE job = 'ticking') t
    WHERE tick - last <> interval '2 seconds' * coalesce(CAST(substring(error FROM '\\((\\d+) ticks') AS int), 1)"""
"""Ticks before which others are neither fired nor counted in the line of those that were missed."""
TAKEN_BACK = "SELECT tick, error FROM job_runs WHERE job = 'ticking' AND state = 'skipped' AND kicked_at IS NOT NULL"
MISSED = "SELECT count(*) FROM job_runs WHERE job = 'ticking' AND state = 'skipped'"


async def test_three_schedulers_and_restarts_fire_each_tick_exactly_once(engine):
    await engine.workers(1, PROBE_TICKS="1")
    await _fire(engine, ticks=5, restarts=1)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_three_schedulers_that_are_killed_again_and_again_fire_each_tick_exactly_once(engine):
    await engine.workers(2, PROBE_TICKS="1")
    await _fire(engine, ticks=100, restarts=15)


async def _fire(engine, *, ticks, restarts) -> None:
    schedulers = await engine.schedulers(3, PROBE_TICKS="1")
    for number in range(restarts):
        await asyncio.sleep(random.uniform(0.5, 2))
        schedulers.pop(0).send_signal([signal.SIGKILL, signal.SIGTERM][number % 2])
        schedulers.append(engine.start("scheduler", PROBE_TICKS="1"))

    async def fired() -> bool:
        return bool(await scalar(engine.database, GOOD) >= ticks)

    await engine.until(fired, 60 + 3 * ticks)
    for each in schedulers:
        each.send_signal(signal.SIGTERM)
    await engine.until(engine.queue_is_empty)
    assert await rows(engine.database, DOUBLES) == []
    assert await rows(engine.database, HOLES) == []
    assert await rows(engine.database, TAKEN_BACK) == []
    print(await scalar(engine.database, GOOD), "fired,", await scalar(engine.database, MISSED), "lines of missed ones")
    assert (await engine.steps("ticking")).count("begin") == await scalar(engine.database, GOOD)


async def test_a_daily_job_that_was_missed_because_all_were_down_runs_once(engine):
    missed = now() - timedelta(hours=1)
    cron = f"{missed.minute} {missed.hour} * * *"
    await rows(
        engine.database,
        "INSERT INTO job_controls (job, scheduled_since) VALUES ('daily', now() - interval '3 days') RETURNING job",
    )
    await engine.workers(1, PROBE_DAILY=cron)
    await engine.schedulers(2, PROBE_DAILY=cron)
    await engine.until(lambda: _ended(engine))
    await engine.schedulers(1, PROBE_DAILY=cron)
    await engine.until(engine.queue_is_empty)
    found = await rows(engine.database, "SELECT tick, state, error FROM job_runs WHERE job = 'daily' ORDER BY tick")
    newest = missed.replace(second=0, microsecond=0)
    assert found == [(newest - timedelta(days=1), "skipped", "missed (2 ticks)"), (newest, "ok", None)]
    assert await engine.steps("daily") == ["begin", "end"]


async def _ended(engine) -> bool:
    return "ok" in await engine.states("daily")
