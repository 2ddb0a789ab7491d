"""The arithmetic of schedules."""

from datetime import UTC, datetime, timedelta

import pytest

from assay.jobs import JOBS
from assay.queue.cron import between, due, shortest_period, ticks
from assay.queue.job import job

GRACES = {
    "extract_knowledge_from_messages": timedelta(minutes=4),
    "auto_review_proposals": timedelta(minutes=4),
    "proposal_metrics_update": timedelta(minutes=10),
    "deduplication_scan": timedelta(minutes=20),
    "expire_stale_proposals": timedelta(hours=23),
    "cleanup_orphaned_extractions": timedelta(days=6),
}


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "period"),
    [
        ("*/5 * * * *", timedelta(minutes=5)),
        ("0/5 * * * *", timedelta(minutes=5)),
        ("0 2 * * *", timedelta(days=1)),
        ("0 3 * * 0", timedelta(days=7)),
        ("0 3 * * 7", timedelta(days=7)),
        ("59 23 * * 1-5", timedelta(days=1)),
    ],
)
def test_what_matches_has_a_shortest_period(cron, period):
    assert shortest_period(cron) == period


@pytest.mark.parametrize("cron", ["99 99 * * *", "", "* * * *", "every day", "0 0 30 2 *"])
def test_what_never_matches_is_refused_when_it_is_declared(cron):
    with pytest.raises(ValueError, match="is not a schedule that ever matches"):
        job("never", cron=cron, grace=timedelta(seconds=1), timeout=timedelta(1), statistics=())
    assert "never" not in JOBS


def test_a_grace_as_long_as_the_period_is_refused():
    with pytest.raises(ValueError, match="is not shorter than the period"):
        job("late", cron="*/5 * * * *", grace=timedelta(minutes=5), timeout=timedelta(1), statistics=())


def test_each_job_has_its_grace():
    assert {name: each.grace for name, each in JOBS.items()} == GRACES


@pytest.mark.parametrize("name", ["expire_stale_proposals", "cleanup_orphaned_extractions"])
def test_the_daily_and_the_weekly_job_are_caught_up_once(name):
    """All down over three ticks, whenever they are started again within the grace."""
    job = JOBS[name]
    third = list(zip(range(3), ticks(job.cron, at(3)), strict=False))[-1][1]
    for late in (timedelta(0), timedelta(minutes=1), job.grace):
        found = due(job.cron, job.grace, after=at(3), now=third + late)
        assert (found.newest, found.missed) == (third, 2)
        assert found.upcoming > third + late
        settled = due(job.cron, job.grace, after=third, now=third + late)
        assert (settled.newest, settled.missed) == (None, 0)


@pytest.mark.parametrize("name", GRACES)
def test_a_tick_past_its_grace_is_missed(name):
    job = JOBS[name]
    tick = next(ticks(job.cron, at(3)))
    found = due(job.cron, job.grace, after=at(3), now=tick + job.grace + timedelta(seconds=1))
    assert (found.newest, found.missed) == (None, 1)
    assert between(job.cron, at(3), found.upcoming) == (1, tick)


def test_a_schedule_that_is_settled_asks_for_the_next_tick_only():
    found = due("*/5 * * * *", timedelta(minutes=4), after=at(3, 10, 5), now=at(3, 10, 7))
    assert (found.newest, found.missed, found.upcoming) == (None, 0, at(3, 10, 10))


def test_a_long_absence_is_counted():
    found = due("*/5 * * * *", timedelta(minutes=4), after=at(3), now=at(5, 0, 2))
    assert (found.newest, found.missed) == (at(5), 2 * 288 - 1)
    assert between("*/5 * * * *", at(3), at(5)) == (2 * 288 - 1, at(4, 23, 55))
