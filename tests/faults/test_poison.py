"""A fifth of the proposals is poison: the others go through, and each bad one ends with a person."""

import random
from datetime import timedelta

import pytest
from tests.builders import draft, rows, scalar
from tests.jobs.helpers import POISON, arrived, change, done, poison

from assay.db.models import MAX_FAILURES
from assay.jobs import run
from assay.kinds import Kind
from assay.queue import context

pytestmark = pytest.mark.anyio

LONG = pytest.param(2000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])
STAGES = {
    "deduplication_scan": ("BEFORE UPDATE OF candidates", "proposals"),
    "auto_review_proposals": ("BEFORE INSERT", "entities"),
}
LEFT = f"""
    SELECT count(*) FROM proposals
    WHERE status = 'pending' AND (title NOT LIKE '{POISON}%' OR failures < :failures)"""
BAD = f"SELECT status, failures, retry_at > now() FROM proposals WHERE title LIKE '{POISON}%'"
REPORTS = """
    SELECT data->'context'->>'proposal_id', count(*) FROM audit_log
    WHERE action = 'job.error' AND data->'context' ? 'proposal_id' GROUP BY 1"""


def a_fifth_bad(rng: random.Random, count: int):
    bad = set(rng.sample(range(count), count // 5))
    for number in range(count):
        yield draft(Kind.TOPIC if number % 4 == 0 else Kind.ATOM, f"{POISON} {number}" if number in bad else "")


@pytest.mark.parametrize("count", [30, LONG])
@pytest.mark.parametrize("stage", STAGES)
async def test_all_others_are_decided_and_each_bad_one_is_reported_rests_and_waits_for_a_person(
    deps, stage, count, monkeypatch
):
    monkeypatch.setattr(context, "item_backoff", lambda _failures: timedelta(hours=1))  # for slow machines
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    database = deps.database
    await arrived(database, *a_fifth_bad(random.Random(seed), count))
    await poison(database, *STAGES[stage])
    for failures in range(1, MAX_FAILURES + 1):
        await _worked_off(deps, failures)
        assert await rows(database, BAD) == [("pending", failures, True)] * (count // 5)
        await arrived(database, draft())  # work goes on
        await change(database, "retry_at = now() - interval '1 second'", *await _bad(database))
    for name in ("deduplication_scan", "auto_review_proposals"):
        assert (await done(name, deps))["errors"] == 0  # nobody tries them any more
    assert dict(await rows(database, REPORTS)) == {str(each): MAX_FAILURES for each in await _bad(database)}


async def _worked_off(deps, failures):
    """Runs both jobs, again where the machine is too slow for one run."""
    while await scalar(deps.database, LEFT, failures=failures):
        await run("deduplication_scan", deps)
        await run("auto_review_proposals", deps)


async def _bad(database):
    return [row.id for row in await rows(database, f"SELECT id FROM proposals WHERE title LIKE '{POISON}%'")]
