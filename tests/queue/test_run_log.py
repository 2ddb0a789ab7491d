"""What a run says of itself."""

from uuid import uuid4

import pytest
from tests.builders import draft, scalar
from tests.jobs.helpers import POISON, cleared, done, poison

from assay.errors import NotFound
from assay.jobs import run
from assay.queue.run_log import run_log

pytestmark = pytest.mark.anyio


async def newest(deps):
    async with deps.database.transaction() as session:
        run_id = await scalar(deps.database, "SELECT id FROM job_runs ORDER BY started_at DESC LIMIT 1")
        return await run_log(session, run_id)


async def test_each_failure_of_a_run_stands_beside_its_item(deps):
    [bad, _] = await cleared(deps, draft(title=f"{POISON} of the run"), draft(title="We deploy on Mondays"))
    assert await newest(deps) == []
    await poison(deps.database, "BEFORE INSERT", "entities")
    await run("auto_review_proposals", deps)
    [line] = await newest(deps)
    assert (line.proposal_id, line.title, line.severity) == (bad, f"{POISON} of the run", "error")
    assert "poison" in line.message
    await done("proposal_metrics_update", deps)
    assert await newest(deps) == []


async def test_a_run_that_there_is_not_has_no_log(deps):
    async with deps.database.transaction() as session:
        with pytest.raises(NotFound):
            await run_log(session, uuid4())
