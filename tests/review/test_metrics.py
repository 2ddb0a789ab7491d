"""What of the sure ones the machine may take, and what waits for people, are two figures."""

from datetime import timedelta

import pytest
from tests.builders import BOTH_KINDS, draft, rows
from tests.jobs.helpers import change, cleared

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.queue.deps import Deps
from assay.review import metrics
from assay.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def deps(database) -> Deps:
    return Deps(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())


async def part(deps, kind) -> dict[str, float]:
    async with deps.database.transaction() as session:
        document = await metrics.document(session, deps.settings, deps.embedder.model)
    found: dict[str, float] = document[f"{kind}_proposals"]
    return found


@pytest.mark.parametrize("kind", BOTH_KINDS)
async def test_the_age_of_the_queue_is_that_of_what_the_machine_may_take(deps, kind):
    held, free, unsure = await cleared(deps, draft(kind), draft(kind), draft(kind, confidence=0.5))
    await change(deps.database, "llm_recommendation = 'merge', created_at = now() - interval '9 hours'", held)
    await change(deps.database, "created_at = now() - interval '2 hours'", free)
    await change(deps.database, "created_at = now() - interval '20 hours'", unsure)
    found = await part(deps, kind)
    assert found["high_confidence_queue_age_seconds"] == pytest.approx(timedelta(hours=2).total_seconds(), abs=60)
    people = found["high_confidence_waiting_for_people_seconds"]
    assert people == pytest.approx(timedelta(hours=9).total_seconds(), abs=60)


async def test_where_the_machine_may_approve_nothing_all_waits_for_people(deps):
    await cleared(deps, draft())
    policy = """INSERT INTO policy_versions (version, document, author_user_id)
        VALUES (1, '{"auto_approval_enabled": false}', 1) RETURNING version"""
    await rows(deps.database, policy)
    found = await part(deps, "atom")
    assert found["high_confidence_queue_age_seconds"] == 0
    assert found["high_confidence_waiting_for_people_seconds"] > 0
