"""Several real schedulers: one firing per tick, and one catching up."""

import asyncio
import random
import signal
from datetime import timedelta

import pytest
from tests.builders import rows, scalar

from assay.clock import now
from assay.jobs import JOBS

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
    for each in schedulers:
        await asyncio.to_thread(each.wait, 60)
    await engine.until(engine.queue_is_empty)
    assert await rows(engine.database, DOUBLES) == []
    assert await rows(engine.database, HOLES) == []
    assert await rows(engine.database, TAKEN_BACK) == []
    print(await scalar(engine.database, GOOD), "fired,", await scalar(engine.database, MISSED), "lines of missed ones")
    assert (await engine.steps("ticking")).count("begin") == await scalar(engine.database, GOOD)


PERIODS = {
    "expire_stale_proposals": timedelta(days=1),
    "cleanup_orphaned_extractions": timedelta(days=7),
    "auto_review_proposals": timedelta(minutes=5),
}


@pytest.mark.parametrize("like", PERIODS)
async def test_a_job_that_was_missed_because_all_were_down_runs_once(engine, like):
    """As the product's own jobs, at a tick that lies two minutes back."""
    missed, period = now().replace(second=0, microsecond=0) - timedelta(minutes=2), PERIODS[like]
    of_like = {"PROBE_CRON": _cron(missed, period), "PROBE_GRACE": str(JOBS[like].grace // timedelta(minutes=1))}
    await rows(engine.database, SINCE, since=missed - 2.5 * period)
    for role in ("worker", "scheduler", "scheduler"):
        engine.start(role, **of_like)
    await engine.until(lambda: _ended(engine))
    await engine.schedulers(1, **of_like)
    await engine.until(engine.queue_is_empty)
    found = await rows(engine.database, "SELECT tick, state, error FROM job_runs WHERE job = 'scheduled' ORDER BY tick")
    assert found[:2] == [(missed - period, "skipped", "missed (2 ticks)"), (missed, "ok", None)]
    later = [tick for tick, _, _ in found[2:]]
    assert later in ([], [missed + period])  # which a machine that is slow enough sees too
    assert await engine.steps("scheduled") == ["begin", "end"] * (1 + len(later))


SINCE = "INSERT INTO job_controls (job, scheduled_since) VALUES ('scheduled', :since) RETURNING job"


def _cron(tick, period) -> str:
    if period < timedelta(days=1):
        return f"{tick.minute % 5}-59/5 * * * *"
    return f"{tick.minute} {tick.hour} * * {tick.isoweekday() % 7 if period > timedelta(days=1) else '*'}"


async def _ended(engine) -> bool:
    return "ok" in await engine.states("scheduled")
