"""Everybody at once: each proposal is decided exactly once, and nobody waits for ever."""

import asyncio
import random

import pytest
from tests.builders import draft, rows, scalar
from tests.jobs.helpers import arrived, change, done, tuned
from tests.patience import retry_until_available

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.db.engine import Database
from assay.db.models import JobState
from assay.jobs import run
from assay.kinds import Kind
from assay.proposals import actions, expiry
from assay.queue.deps import Deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio

DECISIONS = """
    SELECT p.id FROM proposals p LEFT JOIN audit_log a ON a.subject_id = p.id
        AND a.action IN ('proposal.auto_approved', 'proposal.approved', 'proposal.rejected', 'proposal.expired')
    WHERE p.status <> 'merged' GROUP BY p.id HAVING count(a.id) <> 1"""
ERRORS = "SELECT data->>'error_message' FROM audit_log WHERE action = 'job.error'"


@pytest.fixture
def deps(database_url):
    return Deps(Database(database_url), Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())


@pytest.mark.parametrize(
    ("count", "seed"),
    [(300, 0), *(pytest.param(1000, seed, marks=[pytest.mark.soak, pytest.mark.timeout(900)]) for seed in range(5))],
)
async def test_each_proposal_is_decided_exactly_once(database, database_url, ana, deps, count, seed, monkeypatch):
    monkeypatch.setattr(expiry, "MAX_SHARE", 1)  # as many as are overdue may expire
    drafts = [draft(Kind.TOPIC if number % 3 == 0 else Kind.ATOM) for number in range(count)]
    ids = await arrived(database, *drafts)
    await done("deduplication_scan", deps)
    await change(database, "dedup_state = 'unchecked'", *ids[::5])
    await change(database, "refreshed_at = now() - interval '40 days'", *ids[count // 3 : 2 * count // 3])
    shuffled = random.Random(seed).sample(ids, len(ids))
    others = [Deps(Database(database_url), deps.settings, HashEmbedder(), ScriptedExtractor()) for _ in range(4)]
    small = {"knowledge_auto_approval_batch_size": 7, "knowledge_dedup_batch_size": 10}

    async def by_hand() -> int:
        decided = 0
        for start in range(0, len(ids), 20):
            async with database.transaction() as session:
                outcomes = await actions.approve(session, shuffled[start : start + 20], actor=ana)
            decided += sum(each.done for each in outcomes)
        return decided

    async with retry_until_available():
        *results, decided = await asyncio.gather(
            run("auto_review_proposals", tuned(others[0], **small)),
            run("auto_review_proposals", tuned(others[1], **small)),
            run("expire_stale_proposals", others[2]),
            run("deduplication_scan", tuned(others[3], **small)),
            by_hand(),
        )
    assert [each.state for each in results[2:]] == [JobState.OK] * 2
    assert sorted(each.state for each in results[:2]) == [JobState.OK, JobState.SKIPPED]
    await done("deduplication_scan", deps)
    await done("auto_review_proposals", deps)
    assert await rows(database, ERRORS) == []
    assert await rows(database, DECISIONS) == []
    assert await scalar(database, "SELECT count(*) FROM entities WHERE NOT archived") == await scalar(
        database, "SELECT count(*) FROM proposals WHERE status = 'approved'"
    )
    approved_by_hand = "SELECT count(*) FROM audit_log WHERE action = 'proposal.approved'"
    assert await scalar(database, approved_by_hand) == decided > 0
    for each in [deps, *others]:
        await each.database.close()


async def test_equals_decided_from_all_sides_become_one_entity(database, ana, deps):
    ids = await arrived(database, *(draft(title="Ledger storage") for _ in range(12)))
    await done("deduplication_scan", deps)
    await change(database, "dedup_state = 'clear', similar_proposal_id = NULL, similarity_score = NULL", *ids)

    async def approve(each) -> None:
        async with database.transaction() as session:
            await actions.approve(session, [each], actor=ana)

    async with retry_until_available():
        await asyncio.gather(run("auto_review_proposals", deps), *(approve(each) for each in ids))
    assert await scalar(database, "SELECT count(*) FROM entities WHERE NOT archived") == 1
    await deps.database.close()
