"""What a real worker logs."""

import json
import signal

import pytest
from tests.patience import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("level", "told"), [({}, True), ({"ASSAY_LOG_LEVEL": "error"}, False)])
async def test_a_worker_logs_what_its_jobs_do_unless_it_is_told_to_be_quiet(engine, level, told):
    engine.module = "tests.faults.hash_embedder"
    [worker] = await engine.workers(1, **level)
    await engine.order("expire_stale_proposals")
    await engine.until_history("expire_stale_proposals", ("ok", 1, 1))
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=PATIENCE)
    lines = ("Job expire_stale_proposals started: processing 0 proposals", "Job expire_stale_proposals completed: {'")
    assert [line in said for line in lines] == [told, told]


async def test_lines_for_programs_are_objects_with_the_ids_of_the_run(engine):
    engine.module = "tests.faults.hash_embedder"
    [worker] = await engine.workers(1, ASSAY_LOG_FORMAT="json")
    await engine.order("expire_stale_proposals")
    await engine.until_history("expire_stale_proposals", ("ok", 1, 1))
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in said.splitlines()]
    of_run = [each for each in lines if each.get("job") == "expire_stale_proposals"]
    assert [each["event"].split()[2] for each in of_run] == ["started:", "completed:"]
    assert len({each["run"] for each in of_run}) == 1
    assert all({"timestamp", "level", "event"} <= each.keys() for each in lines)
