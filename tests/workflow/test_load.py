"""The loads of the specification: a thousand waiting, ten thousand known, all jobs at once."""

import asyncio

import pytest
from tests.builders import draft, propose, rows, scalar
from tests.jobs.conftest import deps, quiet
from tests.jobs.helpers import ERRORS, arrived, change, cleared, done

from assay.audit.actor import SYSTEM
from assay.db.models import JobState
from assay.duplicates.scan import embed_missing
from assay.jobs import run
from assay.kinds import Kind
from assay.proposals import actions
from assay.queue.job import JOBS

__all__ = ["deps", "quiet"]

pytestmark = [pytest.mark.anyio, pytest.mark.load, pytest.mark.timeout(1200)]

WAITING, KNOWN = 1_000, 10_000
DECIDED_TWICE = """
    SELECT subject_id FROM audit_log WHERE action IN ('proposal.auto_approved', 'proposal.expired')
    GROUP BY subject_id HAVING count(*) <> 1"""


def some(count: int):
    return [draft(Kind.TOPIC if number % 3 == 0 else Kind.ATOM) for number in range(count)]


async def test_a_thousand_pending_proposals_are_reviewed_in_one_run(deps):
    await cleared(deps, *some(WAITING))
    statistics = await done("auto_review_proposals", deps)
    assert statistics["topics_approved"] + statistics["atoms_approved"] == WAITING
    assert await scalar(deps.database, "SELECT count(*) FROM entities") == WAITING


async def test_proposals_are_compared_with_ten_thousand_entities(deps):
    known = await propose(deps.database, [draft(title=f"Known fact {number}") for number in range(KNOWN)])
    async with deps.database.transaction() as session:
        await actions.approve(session, known, actor=SYSTEM)
    while await embed_missing(deps.database, deps.embedder, 1_000):
        pass
    await arrived(deps.database, *(draft(title=f"Known fact {number}") for number in range(100)), *some(100))
    statistics = await done("deduplication_scan", deps)
    assert (statistics["proposals_scanned"], statistics["duplicates_found"]) == (200, 100)


async def test_all_jobs_at_once_decide_everything_once(deps):
    ids = await cleared(deps, *some(WAITING))
    await change(deps.database, "refreshed_at = now() - interval '40 days'", *ids[::10])
    await arrived(deps.database, *some(WAITING // 10))
    results = await asyncio.gather(*(run(name, deps) for name in JOBS))
    assert {each.state for each in results} == {JobState.OK}
    await done("deduplication_scan", deps)
    await done("auto_review_proposals", deps)
    assert await scalar(deps.database, "SELECT count(*) FROM proposals WHERE status = 'pending'") == 0
    assert await rows(deps.database, DECIDED_TWICE) == []
    assert await rows(deps.database, ERRORS) == []
