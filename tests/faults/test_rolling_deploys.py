"""Two versions beside each other: nothing is lost or destroyed, and nobody has to give anything back by hand."""

import signal

import pytest
from tests.builders import rows, scalar
from tests.faults.test_dying_workers import ONE_AT_A_TIME, REVIEW, WRONG
from tests.faults.test_outages import begun, prepared
from tests.patience import PATIENCE

pytestmark = pytest.mark.anyio

AS_OTHERS_WRITE_IT = [
    b'{"task_id": "older", "task_name": "quick", "labels": {}, "args": [], "kwargs": {}}',
    b'{"task_id": "newer", "task_name": "quick", "labels": {"attempt": "1", "haste": "great"}, "args": [],'
    b' "kwargs": {}, "trace": "00-4bf9"}',
]
MIGRATION = """
    ALTER TABLE proposals ADD COLUMN of_the_new_version text NOT NULL DEFAULT '';
    ALTER TABLE entities ADD COLUMN of_the_new_version text;
    ALTER TABLE job_runs ADD COLUMN of_the_new_version int NOT NULL DEFAULT 0;
    ALTER TABLE audit_log ADD COLUMN of_the_new_version jsonb;
    CREATE TABLE of_the_new_version (id bigserial PRIMARY KEY);
    CREATE INDEX ON proposals (of_the_new_version);
    UPDATE alembic_version SET version_num = '9999'"""
APPROVED = "SELECT count(*) FROM proposals WHERE status = 'approved'"


async def test_what_an_old_worker_does_not_know_a_new_one_does_and_both_read_each_others_orders(engine):
    old = await engine.workers(2)
    await engine.workers(1, PROBE_NEW="1")
    for data in AS_OTHERS_WRITE_IT:
        await engine.put(data)
    orders = await engine.order(*["of_the_new_version", "quick"] * 3)
    for each in old:
        each.send_signal(signal.SIGTERM)
    orders += await engine.order(*["of_the_new_version", "quick"] * 3)
    await engine.until(engine.queue_is_empty)
    assert [each.wait(PATIENCE) for each in old] == [0, 0]
    assert await engine.letters() == []
    told = dict(await rows(engine.database, "SELECT task_id, string_agg(state, ' ') FROM job_runs GROUP BY task_id"))
    assert set(told) == {"older", "newer", *(each.task_id for each in orders)}
    assert set(told.values()) <= {"ok", "skipped"}  # two at once are one
    assert {"of_the_new_version", "quick"} == {
        job for (job,) in await rows(engine.database, "SELECT job FROM job_runs WHERE state = 'ok'")
    }


async def test_a_database_that_is_migrated_under_old_workers_costs_nothing_and_old_ones_still_start(engine):
    engine.module = "tests.faults.hash_embedder"
    await prepared(engine, 60)
    [first] = await engine.workers(1, "--drain", "0", **ONE_AT_A_TIME)
    await engine.schedulers()
    await engine.request(REVIEW)
    await engine.until(lambda: begun(engine))
    async with engine.database.engine.begin() as connection:
        for statement in MIGRATION.split(";"):
            await connection.exec_driver_sql(statement)
    at_that_time = await scalar(engine.database, APPROVED)
    await engine.until(lambda: begun(engine, at_that_time + 3))
    assert first.poll() is None
    await engine.workers(1, **ONE_AT_A_TIME)
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0
    await engine.until(lambda: begun(engine, 60))
    await engine.until(engine.queue_is_empty)
    assert {name: found for name, query in WRONG.items() if (found := await rows(engine.database, query))} == {}
