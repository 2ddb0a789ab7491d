"""A clock that was ahead once, for forty days: what it dated blocks nothing when it is right again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.alerts.helpers import failure
from tests.builders import draft, get, propose, rows, scalar
from tests.faults import helpers
from tests.jobs.helpers import ERRORS, change, cleared, done
from tests.messaging.helpers import recover

from assay.alerts import outbox
from assay.alerts.rules import PastAlert, worth_telling
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.models import SYSTEM_USER_ID, JobState, KnowledgeExtractionRun, ProcessRole, ProposalStatus
from assay.duplicates import scan
from assay.extraction.budget import spent_today
from assay.messaging import outbox as events
from assay.queue import dispatcher, heartbeats, history
from assay.queue.health import look
from assay.queue.order import Order
from assay.queue.scheduler import Ticks

pytestmark = pytest.mark.anyio

AHEAD = "now() + interval '40 days'"
JOB = "expire_stale_proposals"


async def execute(database, statement: str, **values):
    async with database.transaction() as session:
        await session.execute(text(statement), values)


async def forty_days_pass(database, *ids):
    await change(database, "refreshed_at = now() - interval '40 days'", *ids)


async def test_a_large_part_of_the_queue_waits_for_a_person_and_is_announced(deps, nats_url):
    ids = await propose(deps.database, [draft() for _ in range(20)])
    await forty_days_pass(deps.database, *ids)
    assert (await done(JOB, deps))["total_expired"] == 0
    assert {(await get(deps.database, each)).status for each in ids} == {ProposalStatus.PENDING}
    held = "SELECT data FROM audit_log WHERE action = 'proposals.expiry_held'"
    assert await rows(deps.database, held) == [({"overdue": 20, "pending": 20},)]
    [(severity, job, sentence, _)] = await rows(deps.database, ERRORS)
    assert (severity, job) == ("critical", JOB)
    found = await look(deps.database, deps.settings, nats_url)
    assert sentence in found.problems
    assert sentence.startswith("20 of 20 pending proposals have waited longer than allowed.")


async def test_a_person_lets_them_expire(deps, nats_url, tmp_path):
    ids = await propose(deps.database, [draft() for _ in range(20)])
    await forty_days_pass(deps.database, *ids[:19])
    url = deps.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    for words, said in ((["--preview"], "have waited longer than 30 days"), ([], "expired")):
        ended = helpers.assay(tmp_path, "proposals", "expire", *words, DATABASE_URL=url, NATS_URL=nats_url)
        assert ended.stdout == f"19 of 20 pending proposals {said}.\n"
    assert await scalar(deps.database, "SELECT count(*) FROM proposals WHERE review_action = 'expired'") == 19
    allowed = "SELECT detail FROM audit_log WHERE action = 'expiry.allowed'"
    assert await rows(deps.database, allowed) == [({"overdue": 19, "pending": 20},)]


async def test_a_small_queue_and_a_small_part_of_a_large_one_expire_by_themselves(deps):
    few = await propose(deps.database, [draft() for _ in range(10)])
    await forty_days_pass(deps.database, *few)
    assert (await done(JOB, deps))["total_expired"] == 10
    many = await propose(deps.database, [draft() for _ in range(60)])
    await forty_days_pass(deps.database, *many[:12])
    assert (await done(JOB, deps))["total_expired"] == 12
    assert await rows(deps.database, ERRORS) == []


async def test_a_tick_ahead_settles_nothing(deps):
    ticks = Ticks(deps.database)
    await ticks.startup()
    await execute(deps.database, "UPDATE job_controls SET scheduled_since = now()")
    before = {each.time for each in await ticks.get_schedules()}
    async with deps.database.transaction() as session:
        await history.queue_run(session, Order.at_tick(JOB, now() + timedelta(days=40)))
    await execute(deps.database, f"UPDATE job_controls SET scheduled_since = {AHEAD}")
    assert {each.time for each in await ticks.get_schedules()} == before


async def test_a_run_and_a_process_that_lived_ahead_do_not_live_for_ever(deps):
    async with deps.database.transaction() as session:
        run = await history.open_run(session, Order(JOB, str(uuid4())))
        await heartbeats._show(session, ProcessRole.WORKER)
    await execute(deps.database, f"UPDATE job_runs SET started_at = {AHEAD}, heartbeat_at = {AHEAD}")
    await execute(deps.database, f"UPDATE job_processes SET seen_at = {AHEAD}")
    await dispatcher.mark_lost_runs(deps.database)
    assert await scalar(deps.database, f"SELECT state FROM job_runs WHERE id = '{run.id}'") == JobState.LOST
    async with deps.database.transaction() as session:
        assert await heartbeats.living(session, ProcessRole.WORKER) == []
        assert await history.last_runs(session) == []
        assert await history.previous(session, JOB, uuid4()) is None
        await heartbeats.prune_processes(session)
    assert await scalar(deps.database, "SELECT count(*) FROM job_processes") == 0


async def test_no_more_than_a_day_is_forgotten_at_a_time(deps):
    def aged(column: str) -> str:
        return f"{column} = now() - interval '2 days' + rank * interval '20 hours'"

    await recover(deps.database, "a", "b", "c", "d")
    async with deps.database.transaction() as session:
        await events.publish(session, limit=10)
        for _ in range(4):
            await history.note_skipped(session, Order(JOB, str(uuid4())), "paused")
    ranked = "(SELECT {0} AS id, row_number() OVER (ORDER BY {0}) AS rank FROM {1}) r WHERE r.id = {1}.{0}"
    await execute(deps.database, f"UPDATE job_runs SET {aged('queued_at')} FROM {ranked.format('id', 'job_runs')}")
    await execute(deps.database, f"UPDATE outbox SET {aged('published_at')} FROM {ranked.format('entry_id', 'outbox')}")
    left = "SELECT (SELECT count(*) FROM job_runs), (SELECT count(*) FROM outbox)"
    for still in ((2, 2), (0, 1)):
        async with deps.database.transaction() as session:
            await history.prune(session, older_than=timedelta(days=-400))
            await events.prune(session, before=now() + timedelta(days=400))
        assert await rows(deps.database, left) == [still]


async def test_a_rest_that_began_ahead_is_over(deps):
    [each] = await cleared(deps, draft())
    await change(deps.database, f"dedup_state = 'error', failures = 1, retry_at = {AHEAD}", each)
    async with deps.database.transaction() as session:
        assert await scan.next_batch(session, model=deps.embedder.model, limit=9) == [each]
    await change(deps.database, "dedup_state = 'clear'", each)
    assert (await done("auto_review_proposals", deps))["atoms_approved"] == 1


async def test_a_retry_that_is_due_ahead_does_not_wait():
    order = Order(JOB, "one", due_at=datetime.now(UTC) + timedelta(days=40))
    assert not order.waits
    assert Order(JOB, "one", due_at=datetime.now(UTC) + timedelta(minutes=2)).waits


def test_what_was_told_ahead_mutes_nothing():
    told = [PastAlert(f"fault {number}", now() + timedelta(days=40)) for number in range(10)]
    assert worth_telling(told, PastAlert("fault 1", now()))


async def test_a_delivery_that_is_due_ahead_is_made(deps):
    async with deps.database.transaction() as session:
        await record(session, SYSTEM, [Record.of(failure(), severity="critical")])
        assert await outbox.plan(session, "webhook", ("critical", "error")) == 1
    await execute(deps.database, f"UPDATE alert_deliveries SET due_at = {AHEAD}")
    async with deps.database.transaction() as session:
        assert await outbox.take(session, "webhook")


async def test_what_was_spent_ahead_is_not_of_today(deps):
    run = {"trigger_type": "manual", "triggered_by_user_id": SYSTEM_USER_ID, "status": "completed"}
    made_by = {"extractor": "x", "model_name": "x", "prompt_version": "x", "cost_estimate": 5.0}
    async with deps.database.transaction() as session:
        for days, spent in ((40, 0.0), (0, 5.0)):
            session.add(KnowledgeExtractionRun(started_at=now() + timedelta(days=days), **run, **made_by))
            await session.flush()
            assert await spent_today(session) == spent
