"""From the audit log to the outside: each notice at least once, by one process at a time, whatever dies or refuses."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.alerts.helpers import failure, happens, http_server, webhook_settings
from tests.builders import rows, scalar
from tests.patience import retry_until_available

from assay.alerts import outbox
from assay.alerts.delivery import deliver_due
from assay.alerts.fakes import MemoryReceiver
from assay.alerts.receivers import configured
from assay.alerts.rules import MAX_ATTEMPTS, PAUSES
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.engine import Database
from assay.messaging.events import JobRecovered
from assay.settings import Settings

pytestmark = pytest.mark.anyio

STATES = "SELECT state, attempts FROM alert_deliveries ORDER BY id"
DUE = "UPDATE alert_deliveries SET due_at = now() - interval '1 second' WHERE state = 'pending' RETURNING id"


@pytest.fixture
def memory() -> MemoryReceiver:
    return MemoryReceiver()


def subjects(memory: MemoryReceiver) -> list[str]:
    return [each.subject for each in memory.taken]


async def test_what_happened_is_told_once(database, memory):
    await happens(database, failure("scan"), failure("review"))
    assert await deliver_due(database, memory, least="critical") == 2
    assert await deliver_due(database, memory, least="critical") == 0
    assert subjects(memory) == ["scan", "review"]
    assert await rows(database, STATES) == [("sent", 1)] * 2


async def test_nothing_is_told_of_what_did_not_commit(database, memory):
    async with database.transaction() as session:
        await happens(database)
        await session.rollback()
    assert await deliver_due(database, memory, least="error") == 0


async def test_only_what_is_severe_enough_is_told(database, memory):
    await happens(database, failure("scan"), severity="error")
    assert await deliver_due(database, memory, least="critical") == 0
    assert await deliver_due(database, memory, least="error") == 1


async def test_old_news_is_not_told_to_a_receiver_that_is_new(database, memory):
    await happens(database, failure())
    await rows(database, "UPDATE audit_log SET at = now() - interval '25 hours' RETURNING id")
    assert await deliver_due(database, memory, least="critical") == 0


async def test_an_entry_that_was_committed_after_a_later_one_is_told_too(database, memory):
    async with database.transaction() as slow:
        await record(slow, SYSTEM, [Record.of(failure("earlier"), severity="critical")])
        await happens(database, failure("later"))
        assert await deliver_due(database, memory, least="critical") == 1
    assert await deliver_due(database, memory, least="critical") == 1
    assert subjects(memory) == ["later", "earlier"]


async def test_many_processes_at_once_tell_each_notice_once(database, database_url):
    await happens(database, *(failure(f"job-{number}") for number in range(40)))
    memory = MemoryReceiver()
    others = [Database(database_url) for _ in range(5)]
    async with retry_until_available():
        attempts = await asyncio.gather(*(deliver_due(each, memory, least="critical") for each in others))
    assert sum(attempts) == 40
    assert sorted(subjects(memory)) == sorted({f"job-{number}" for number in range(40)})
    for each in others:
        await each.close()


async def test_what_a_receiver_does_not_take_is_tried_again_after_a_pause(database, memory):
    memory.refusals = 2
    await happens(database, failure())
    before = now()
    with capture_logs() as logs:
        assert await deliver_due(database, memory, least="critical") == 1
    assert await deliver_due(database, memory, least="critical") == 0
    [(due, error)] = await rows(database, "SELECT due_at, error FROM alert_deliveries")
    assert before + PAUSES[0] <= due <= now() + PAUSES[0]
    assert error == "The memory is closed."
    assert [(each["event"], each["log_level"]) for each in logs] == [("alert_not_delivered", "warning")]
    for _ in range(2):
        await rows(database, DUE)
        await deliver_due(database, memory, least="critical")
    assert (len(memory.taken), await rows(database, STATES)) == (1, [("sent", 3)])


async def test_a_receiver_that_never_takes_it_is_given_up_with_a_line_in_the_log(database, memory):
    memory.refusals = 99
    await happens(database, failure())
    with capture_logs() as logs:
        for _ in range(MAX_ATTEMPTS + 3):
            await deliver_due(database, memory, least="critical")
            await rows(database, DUE)
    assert await rows(database, STATES) == [("given_up", MAX_ATTEMPTS)]
    assert [each["event"] for each in logs].count("alert_given_up") == 1
    assert sum(PAUSES, timedelta()) < timedelta(hours=12)


async def test_what_a_process_took_and_did_not_finish_is_told_by_another(database, memory):
    await happens(database, failure())
    async with database.transaction() as session:
        await outbox.plan(session, memory.name, ["critical"])
    async with database.transaction() as session:
        assert await outbox.take(session, memory.name)
    assert await deliver_due(database, memory, least="critical") == 0  # the other may still be at it
    await rows(database, DUE)
    assert await deliver_due(database, memory, least="critical") == 1


async def test_what_kills_every_process_that_tells_it_is_given_up(database, memory):
    await happens(database, failure())
    async with database.transaction() as session:
        await outbox.plan(session, memory.name, ["critical"])
    await rows(database, "UPDATE alert_deliveries SET attempts = :most RETURNING id", most=MAX_ATTEMPTS)
    await deliver_due(database, memory, least="critical")
    assert await rows(database, "SELECT state, error FROM alert_deliveries") == [
        ("given_up", "Each attempt to tell it was cut short.")
    ]
    assert memory.taken == []


async def test_a_subject_is_told_in_its_order_and_waits_for_no_other(database, memory):
    memory.refusals = 1
    await happens(database, failure("scan"), JobRecovered("scan"), failure("review"))
    await deliver_due(database, memory, least="critical")
    assert subjects(memory) == ["review"]
    await rows(database, DUE)
    await deliver_due(database, memory, least="critical")
    assert [(each.subject, each.type) for each in memory.taken[1:]] == [
        ("scan", "job.error"),
        ("scan", "job.recovered"),
    ]


async def test_a_flood_is_one_alert_and_one_end(database, memory):
    for number in range(30):
        await happens(database, failure("scan", f"Window {number} failed."))
        await deliver_due(database, memory, least="critical")
    await happens(database, JobRecovered("scan"), JobRecovered("scan"))
    await deliver_due(database, memory, least="critical")
    assert [each.type for each in memory.taken] == ["job.error", "job.recovered"]
    assert await scalar(database, "SELECT count(*) FROM alert_deliveries WHERE state = 'muted'") == 30


async def test_receivers_do_not_know_of_each_other(database):
    broken, fine = MemoryReceiver("broken", refusals=9), MemoryReceiver("fine")
    await happens(database, failure())
    await asyncio.gather(*(deliver_due(database, each, least="critical") for each in (broken, fine)))
    assert (len(broken.taken), len(fine.taken)) == (0, 1)


async def test_a_real_receiver_that_is_broken_and_mended_gets_the_same_notice_once(database):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(http_server(statuses=[503]))
        [receiver] = configured(Settings.model_validate(webhook_settings(server.url)))
        await happens(database, failure())
        for _ in range(3):
            await deliver_due(database, receiver, least="critical")
            await rows(database, DUE)
        assert len({headers["webhook-id"] for headers, _ in server.got}) == 1
        assert len(server.got) == 2
    said = await scalar(database, "SELECT error FROM alert_deliveries")
    assert said is None
    assert await rows(database, STATES) == [("sent", 2)]


async def test_no_transaction_is_open_while_a_receiver_is_told(database):
    open_ones: list[int] = []

    class Watching(MemoryReceiver):
        async def send(self, notice) -> None:  # noqa: ARG002
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start < now()"
            open_ones.append(await scalar(database, query))

    await happens(database, failure())
    await deliver_due(database, Watching(), least="critical")
    assert open_ones == [0]


async def test_what_is_over_is_forgotten_after_a_month(database, memory):
    await happens(database, failure("scan"))
    await deliver_due(database, memory, least="critical")
    await rows(database, "UPDATE alert_deliveries SET created_at = now() - interval '31 days' RETURNING id")
    await happens(database, failure("review"))
    await deliver_due(database, memory, least="critical")
    assert await rows(database, "SELECT subject FROM alert_deliveries") == [("review",)]
