"""Alerts of real processes: what a worker sees reaches people, whoever of them is killed."""

import pytest
from tests.alerts.helpers import SECRET, failure, happens, http_server
from tests.builders import rows
from tests.faults import helpers

pytestmark = pytest.mark.anyio


async def test_what_a_killed_worker_was_about_to_tell_is_told_by_another(engine):
    async with http_server(delay=3600) as server:
        named = {"ASSAY_WEBHOOK_URL": server.url, "ASSAY_WEBHOOK_SECRET": SECRET}
        [first] = await engine.workers(**named)
        await happens(engine.database, failure("deduplication_scan"))
        await engine.until(lambda: _got(server, 1))
        first.kill()
        server.delay = 0
        await engine.workers(**named)
        await happens(engine.database, failure("auto_review_proposals"))
        await rows(engine.database, "UPDATE alert_deliveries SET due_at = now() WHERE state = 'pending' RETURNING id")
        await engine.until(lambda: _all_told(engine, 2))
    keys = [headers["webhook-id"] for headers, _ in server.got]
    assert len(set(keys)) == 2
    assert keys.count(keys[0]) >= 2  # the same notice again, under the same key


async def test_a_worker_that_is_told_wrongly_whom_to_tell_does_not_start(engine):
    ended = helpers.finish(engine.start("worker", ASSAY_WEBHOOK_URL="https://a.example/s3cret"))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("ASSAY_WEBHOOK_SECRET is missing")


async def _got(server, number: int) -> bool:
    return len(server.got) >= number


async def _all_told(engine, number: int) -> bool:
    counted = await rows(engine.database, "SELECT count(*) FROM alert_deliveries WHERE state = 'sent'")
    return counted == [(number,)]
