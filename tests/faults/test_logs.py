"""What a real worker logs."""

import signal

import pytest
from tests.patience import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("level", "told"), [({}, True), ({"ASSAY_LOG_LEVEL": "error"}, False)])
async def test_a_worker_logs_what_its_jobs_do_unless_it_is_told_to_be_quiet(engine, level, told):
    engine.module = "tests.faults.hashed"
    [worker] = await engine.workers(1, **level)
    await engine.order("expire_stale_proposals")
    await engine.until_history("expire_stale_proposals", ("ok", 1, 1))
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=PATIENCE)
    lines = ("Job expire_stale_proposals started: processing 0 proposals", "Job expire_stale_proposals completed: {'")
    assert [line in said for line in lines] == [told, told]
