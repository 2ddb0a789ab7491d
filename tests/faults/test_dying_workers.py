"""kill -9 of the worker that reviews, at random moments: every proposal is approved, and none twice."""

import asyncio
import os
import random
import re
import signal

import pytest
from tests.builders import draft, rows, scalar
from tests.jobs.helpers import cleared

from assay.kinds import Kind

pytestmark = pytest.mark.anyio

REVIEW = "auto_review_proposals"
LONG = pytest.param(50, 2000, marks=[pytest.mark.soak, pytest.mark.timeout(3000)])
KILLS_A_ROUND = 2
"""Fewer than make an order a dead letter."""
ONE_AT_A_TIME = {"KNOWLEDGE_AUTO_APPROVAL_BATCH_SIZE": "1"}
STATES = """
    SELECT string_agg(state, ' ' ORDER BY delivery) FROM job_runs WHERE job = :job GROUP BY task_id"""
RUNNING = "SELECT id, worker FROM job_runs WHERE job = :job AND state = 'running'"
WRONG = {
    "a proposal that is not approved": "SELECT id FROM proposals WHERE status NOT IN ('approved', 'merged')",
    "an approval that is not there once": """
        SELECT p.id FROM proposals p LEFT JOIN audit_log a ON a.subject_id = p.id
            AND a.action = 'proposal.auto_approved' AND a.channel = 'knowledge_proposals'
        WHERE p.status <> 'merged' GROUP BY p.id HAVING count(a.id) <> 1""",
    "a proposal without one entity": """
        SELECT p.id FROM proposals p LEFT JOIN entities e ON e.id = p.created_entity_id
        WHERE p.status <> 'merged' GROUP BY p.id HAVING count(e.id) <> 1""",
    "an entity without one revision": """
        SELECT e.id FROM entities e LEFT JOIN entity_revisions r ON r.entity_id = e.id
        WHERE NOT e.archived GROUP BY e.id HAVING count(r.number) <> 1""",
    "a failure": "SELECT id FROM audit_log WHERE action = 'job.error'",
    "a dead letter": "SELECT id FROM job_dead_letters",
}


@pytest.mark.parametrize(("kills", "proposals"), [(4, 100), LONG])
async def test_every_proposal_is_approved_exactly_once_however_often_workers_are_killed(engine, deps, kills, proposals):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng, rounds, lost = random.Random(seed), kills // KILLS_A_ROUND, 0
    engine.module = "tests.faults.hash_embedder"
    await engine.workers(3, **ONE_AT_A_TIME)
    for _ in range(rounds):
        kinds = [Kind.TOPIC if number % 3 == 0 else Kind.ATOM for number in range(proposals // rounds)]
        await cleared(deps, *map(draft, kinds))
        [order] = await engine.order(REVIEW)
        for _ in range(KILLS_A_ROUND):
            lost += await _kill_the_one_that_reviews(engine, rng.uniform(0, 0.5), order)
        await engine.until(lambda order=order: _is_in_state(engine, order, "ok"))
    told = [states for (states,) in await rows(engine.database, STATES, job=REVIEW)]
    assert all(re.fullmatch(r"(lost )*ok", states) for states in told), told
    assert (len(told), " ".join(told).count("lost")) == (rounds, lost)
    assert lost > rounds / 2
    assert {name: found for name, query in WRONG.items() if (found := await rows(engine.database, query))} == {}


async def _kill_the_one_that_reviews(engine, after: float, order) -> int:
    """Whether a run was lost. One that ended before it could be killed was not, which the history tells too."""
    await engine.until(lambda: _is_in_state(engine, order, "running", "ok"))
    await asyncio.sleep(after)
    found = await rows(engine.database, RUNNING, job=REVIEW)
    if not found:
        return 0
    [run] = found
    os.kill(int(run.worker.rpartition(":")[2]), signal.SIGKILL)
    engine.start("worker", **ONE_AT_A_TIME)
    await engine.until(lambda: _has_ended(engine, run.id))
    lost = "SELECT count(*) FROM job_runs WHERE id = :id AND state = 'lost'"
    return int(await scalar(engine.database, lost, id=run.id))


async def _is_in_state(engine, order, *states: str) -> bool:
    last = "SELECT state FROM job_runs WHERE task_id = :task ORDER BY delivery DESC LIMIT 1"
    return await scalar(engine.database, last, task=order.task_id) in states


async def _has_ended(engine, run_id) -> bool:
    return bool(await scalar(engine.database, "SELECT state <> 'running' FROM job_runs WHERE id = :id", id=run_id))
