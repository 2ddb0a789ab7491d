"""The figures, counted anew and announced."""

import pytest
from structlog.testing import capture_logs
from tests.builders import draft, propose, rows, scalar
from tests.jobs.helpers import done

from assay.review import metrics

pytestmark = pytest.mark.anyio

NAME = "proposal_metrics_update"


async def test_the_statistics_are_the_metrics_document_and_are_announced(deps):
    await propose(deps.database, [draft(confidence=0.5), draft(confidence=0.97)])
    statistics = await done(NAME, deps)
    async with deps.database.transaction() as session:
        document = await metrics.document(session, deps.settings, deps.embedder.model)
    ages = (
        "oldest_pending_seconds",
        "high_confidence_queue_age_seconds",
        "high_confidence_waiting_for_people_seconds",
        "taken_back_reverted",
        "taken_back_superseded",
        "taken_back_disputed",
    )
    for part in ("topic_proposals", "atom_proposals"):
        same = [
            {name: found for name, found in each[part].items() if name not in ages} for each in (statistics, document)
        ]
        assert same[0] == same[1]
    announced = "SELECT channel, data FROM audit_log WHERE action = 'proposals.metrics_updated'"
    assert await rows(deps.database, announced) == [("knowledge_proposals", statistics)]
    assert await scalar(deps.database, "SELECT statistics FROM job_runs") == statistics


async def test_counts_that_went_wrong_are_repaired_with_a_warning(deps):
    await propose(deps.database, [draft(), draft()])
    await rows(deps.database, "UPDATE proposal_tallies SET proposals = 7 RETURNING id")
    with capture_logs() as logs:
        assert (await done(NAME, deps))["atom_proposals"]["pending"] == 2
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["proposal_tallies_repaired"]
    with capture_logs() as logs:
        await done(NAME, deps)
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == []


async def test_the_document_is_not_in_the_log(deps):
    with capture_logs() as logs:
        await done(NAME, deps)
    [line] = [each["event"] for each in logs if " completed: " in each["event"]]
    assert "updated_at" in line
    assert "approved" not in line
