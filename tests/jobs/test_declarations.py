"""The jobs as the contract declares them."""

import re
from datetime import timedelta

import pytest

from assay.jobs import JOBS

METRICS = ("topic_proposals", "atom_proposals", "updated_at")
CONTRACT = {
    "auto_review_proposals": (
        "*/5 * * * *",
        timedelta(minutes=5),
        (5, 25, 125),
        ("topics_approved", "atoms_approved", "topics_skipped", "atoms_skipped", "errors"),
    ),
    "deduplication_scan": (
        "*/30 * * * *",
        timedelta(minutes=5),
        (10, 10),
        ("proposals_scanned", "duplicates_found", "embeddings_generated", "errors"),
    ),
    "expire_stale_proposals": (
        "0 2 * * *",
        timedelta(minutes=5),
        (10, 10),
        ("topics_expired", "atoms_expired", "total_expired"),
    ),
    "cleanup_orphaned_extractions": (
        "0 3 * * 0",
        timedelta(minutes=5),
        (10,),
        ("runs_deleted", "age_threshold_days"),
    ),
    "proposal_metrics_update": ("*/15 * * * *", timedelta(minutes=1), (), METRICS),
    "extract_knowledge_from_messages": (
        "*/5 * * * *",
        timedelta(minutes=15),
        (5, 25, 125),
        ("messages_analyzed", "topics_proposed", "atoms_proposed", "errors"),
    ),
}
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
declared = pytest.mark.parametrize("name", CONTRACT)


def test_the_jobs_are_those_of_the_contract():
    assert set(JOBS) == set(CONTRACT)


@declared
def test_a_job_is_declared_as_the_contract_says(name):
    job = JOBS[name]
    delays = tuple(each.total_seconds() for each in job.retry_delays)
    assert (job.cron, job.timeout, delays, job.statistics) == CONTRACT[name]


@declared
def test_a_schedule_has_five_fields_within_their_bounds(name):
    fields = JOBS[name].cron.split()
    assert len(fields) == len(BOUNDS)
    for field, (least, most) in zip(fields, BOUNDS, strict=True):
        assert re.fullmatch(r"\*(/\d+)?|\d+", field)
        assert all(least <= int(number) <= most for number in re.findall(r"\d+", field))


@declared
def test_a_job_says_in_one_sentence_what_it_is_for(name):
    assert re.fullmatch(r"[A-Z].+[^.]\.", JOBS[name].purpose)
