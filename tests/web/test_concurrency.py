"""Many requests at once: none keeps another out, and what nobody waits for ends."""

import asyncio
import itertools
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import make_url, text
from tests.builders import draft, propose, rows
from tests.conftest import administer
from tests.web.helpers import BASE, asking, bearer, person, serving, token
from tests.web.real_socket import listening

from assay.accounts import limits
from assay.db.engine import DEFAULT_POOL, PoolLimits
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import Scope
from assay.runtime.postgres import SETTINGS
from assay.settings import Settings
from assay.web import app as web_app
from assay.web import connections
from assay.web.app import create_app
from assay.web.auth import Guarded
from assay.web.concurrency import (
    MAX_BULKS,
    MAX_EXPORTS,
    MAX_LISTENING,
    MAX_READS,
    MAX_READS_ASKED,
    MAX_WRITES,
)
from assay.web.connections import MAX_CONNECTIONS, POOLS
from assay.web.middleware import STOPPING
from assay.web.state import SAFE_METHODS

pytestmark = pytest.mark.anyio

QUEUE = f"{BASE}/knowledge/atoms/proposals"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def until(database, number, statement=WAITING):
    while True:
        if (await rows(database, statement))[0][0] == number:
            return
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("most", "asked"),
    [
        (MAX_WRITES, "knowledge/atoms/proposals/{}/reject"),
        (MAX_BULKS, "knowledge/atoms/proposals/bulk/approve"),
        (MAX_BULKS, "review/bulk/preview"),
    ],
)
async def test_one_user_has_few_changes_under_way_and_keeps_nobody_out(
    database, database_url, nats_url, monkeypatch, most, asked
):
    monkeypatch.setattr(connections, "WRITES", PoolLimits(8))
    ids = [str(each) for each in await propose(database, [draft() for _ in range(3)])]
    greedy = bearer(await token(database, await person(database, "greedy"), Scope.READ, Scope.REVIEW))
    other = bearer(await token(database, await person(database, "other"), Scope.READ, Scope.REVIEW))
    async with serving(database_url, nats_url) as app, asking(app) as http:
        async with database.transaction() as session:
            await hold_until_commit(session, DECISIONS)
            method = "PUT" if "reject" in asked else "POST"
            body = {"action": "approve"} if "preview" in asked else {}
            many_ids = {"ids": ids[1:]} if "bulk" in asked else {}
            path = f"{BASE}/{asked.format(ids[1])}"
            many = [
                asyncio.create_task(http.request(method, path, json=body | many_ids, headers=greedy)) for _ in range(12)
            ]
            await until(database, most)
            for each in itertools.islice(asyncio.as_completed(many), len(many) - most):
                assert (await each).status_code == 429
            for path in (f"{BASE}/session", f"{QUEUE}?limit=5", "/readyz", f"{BASE}/metrics/proposals"):
                assert (await http.get(path, headers=other)).status_code == 200
            decision = asyncio.create_task(http.put(f"{QUEUE}/{ids[0]}/reject", json={}, headers=other))
            await until(database, most + 1)
        answers = await asyncio.gather(*many)
        assert (await decision).status_code == 200
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert "then send the next" in refused.json()["detail"]


async def test_many_requests_of_one_user_wait_for_each_other_and_nobody_for_them(
    database, database_url, nats_url, monkeypatch
):
    monkeypatch.setattr(connections, "IDENTITY", PoolLimits(2, for_connection=1))
    greedy = await person(database, "greedy")
    by_greedy = bearer(await token(database, greedy, Scope.READ))
    by_other = bearer(await token(database, await person(database, "other"), Scope.READ))
    async with serving(database_url, nats_url) as app, asking(app) as http:
        await http.get(f"{BASE}/session", headers=by_greedy)
        async with database.transaction() as session:
            await session.execute(
                text("SELECT FROM rate_limits WHERE key = :key FOR UPDATE"), {"key": f"user {greedy.user_id}"}
            )
            many = [asyncio.create_task(http.get(f"{BASE}/session", headers=by_greedy)) for _ in range(10)]
            await until(database, 1)
            assert (await http.get(f"{BASE}/session", headers=by_other)).status_code == 200
        assert {each.status_code for each in await asyncio.gather(*many)} == {200}


async def test_one_user_reads_little_at_a_time_and_keeps_nobody_out(database, database_url, nats_url, monkeypatch):
    monkeypatch.setattr(web_app, "READS", PoolLimits(5))
    greedy = bearer(await token(database, await person(database, "greedy"), Scope.READ))
    other = bearer(await token(database, await person(database, "other"), Scope.READ))
    async with serving(database_url, nats_url) as app, asking(app) as http:
        monkeypatch.setattr(app.state.assay.reads, "_most", 12)
        async with database.transaction() as session:
            await session.execute(text("LOCK TABLE messages"))
            many = [asyncio.create_task(http.get(f"{BASE}/messages", headers=greedy)) for _ in range(14)]
            await until(database, MAX_READS)
            refused = [await each for each in itertools.islice(asyncio.as_completed(many), 2)]
            for path in ("session", "people", "review/views"):
                assert (await http.get(f"{BASE}/{path}", headers=other)).status_code == 200
            assert (await rows(database, WAITING))[0][0] == MAX_READS
        answers = await asyncio.gather(*many)
    assert [each.status_code for each in refused] == [429, 429]
    assert sorted(each.status_code for each in answers) == [200] * 12 + [429] * 2


async def test_one_user_is_sent_one_file_at_a_time(database, database_url, nats_url, monkeypatch):
    monkeypatch.setattr(web_app, "READS", PoolLimits(5))
    ana = bearer(await token(database, await person(database, "ana"), Scope.READ))
    async with serving(database_url, nats_url) as app, asking(app) as http:
        async with database.transaction() as session:
            await session.execute(text("LOCK TABLE proposals"))
            first = asyncio.create_task(http.get(f"{QUEUE}/export", headers=ana))
            await until(database, 1)
            for path in (f"{QUEUE}/export", f"{BASE}/knowledge/atoms/export", f"{BASE}/export/knowledge"):
                assert (await http.get(path, headers=ana)).status_code == 429
        assert (await first).status_code == 200
        assert (await http.get(f"{QUEUE}/export", headers=ana)).status_code == 200


async def test_the_description_of_the_api_is_made_once(database_url):
    async with serving(database_url) as app, asking(app) as http:
        first = (await http.get(f"{BASE}/openapi.json")).json()
        app.openapi_schema = None
        assert (await http.get(f"{BASE}/openapi.json")).json() == first
        assert app.openapi_schema is None


async def test_no_request_waits_for_a_disk_to_learn_who_asks(database, database_url, monkeypatch):
    administer(database_url, f"ALTER DATABASE {make_url(database_url).database} SET synchronous_commit = on")
    kept: list[str] = []

    async def spend(session, _key, _rate):
        kept.append(await session.scalar(text("SHOW synchronous_commit")))

    monkeypatch.setattr(limits, "spend", spend)
    ana = bearer(await token(database, await person(database, "ana"), Scope.READ))
    async with serving(database_url) as app, asking(app) as http:
        assert (await http.get(f"{BASE}/session", headers=ana)).status_code == 200
        async with app.state.assay.connections.identity.transaction() as session:
            kept.append(await session.scalar(text("SHOW synchronous_commit")))
    assert kept == ["off", "on"]


async def test_who_waits_too_long_for_a_decision_is_told_to_come_again(database, database_url, monkeypatch):
    monkeypatch.setattr(connections, "WRITES", PoolLimits(1, for_lock=0.1))
    [proposal] = await propose(database, [draft()])
    ana = bearer(await token(database, await person(database, "ana"), Scope.REVIEW))
    async with serving(database_url) as app, asking(app) as http, database.transaction() as session:
        await hold_until_commit(session, DECISIONS)
        answer = await http.put(f"{QUEUE}/{proposal}/reject", json={}, headers=ana)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["detail"].startswith("Others change the same at this moment")


@pytest.mark.parametrize("taken", ["reads", "writes", "monitors", "live"])
async def test_connections_for_one_purpose_are_none_for_another(database, database_url, nats_url, taken):
    ana = bearer(await token(database, await person(database, "ana"), Scope.READ, Scope.REVIEW))
    asked = {"reads": f"{QUEUE}?limit=1", "monitors": "/readyz", "identity": f"{BASE}/session"}
    async with serving(database_url, nats_url) as app, asking(app) as http, AsyncExitStack() as stack:
        room = getattr(app.state.assay.connections, taken)
        while room.engine.pool.checkedout() < room.engine.pool.size():
            session = await stack.enter_async_context(room.transaction())
            await session.execute(text("SELECT 1"))
        for name, path in asked.items():
            if name != taken:
                assert (await http.get(path, headers=ana)).status_code == 200


async def test_who_left_is_not_worked_for_any_more(database, database_url, nats_url, monkeypatch):
    monkeypatch.setattr(connections, "WRITES", PoolLimits(2))
    [proposal] = await propose(database, [draft()])
    secret = await token(database, await person(database, "ana"), Scope.REVIEW)
    app = create_app(Settings(), database_url, nats_url)
    with listening(app) as address:
        host, port = address.removeprefix("http://").split(":")
        async with database.transaction() as session:
            await hold_until_commit(session, DECISIONS)
            _, writer = await asyncio.open_connection(host, int(port))
            head = f"PUT {QUEUE}/{proposal}/reject HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            await until(database, 1)
            writer.close()
            await until(database, 0)
    [(status,)] = await rows(database, "SELECT status FROM proposals WHERE id = :id", id=proposal)
    assert status == "pending"


async def test_what_is_under_way_when_the_server_must_stop_is_answered(
    database, database_url, nats_url, monkeypatch, caplog
):
    monkeypatch.setattr(connections, "WRITES", PoolLimits(2))
    [proposal] = await propose(database, [draft()])
    secret = await token(database, await person(database, "ana"), Scope.REVIEW)
    async with database.transaction() as session:
        await hold_until_commit(session, DECISIONS)
        with listening(create_app(Settings(), database_url, nats_url)) as address:
            host, port = address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            head = f"PUT {QUEUE}/{proposal}/reject HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            await until(database, 1)
        assert b" 503 " in await reader.readline()
        assert STOPPING.encode() in await reader.read()
        writer.close()
    assert [line for line in caplog.records if line.exc_info] == []


async def test_every_request_has_its_patience():
    assert all(room.for_statement and room.for_lock and room.for_connection <= 5 for room in POOLS)


def test_the_page_says_how_much_is_done_for_one_user_at_a_time():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text()
    assert (
        f"at most {MAX_WRITES} changes per user at a time, and {MAX_BULKS} bulk decision or preview; it answers "
        f"{MAX_READS} reads per user at a time, while up to {MAX_READS_ASKED} wait, sends {MAX_EXPORTS} file, and "
        f"holds {MAX_LISTENING} live connections" in page
    )


async def test_every_change_is_counted(database_url):
    async with serving(database_url) as app:
        uncounted = {
            route.path
            for route in iter_route_contexts(app.routes)
            if set(route.methods or ()) - SAFE_METHODS and not isinstance(route.original_route, Guarded)
        }
    assert not uncounted


async def test_every_read_of_the_api_has_its_turn(database_url):
    async with serving(database_url) as app:
        uncounted = {
            route.path
            for route in iter_route_contexts(app.routes)
            if (route.path or "").startswith(BASE)
            and "GET" in (route.methods or ())
            and not isinstance(route.original_route, Guarded)
        }
    assert uncounted == {f"{BASE}/openapi.json", f"{BASE}/events"}


async def test_all_connections_fit_into_the_servers_that_come_along():
    reserved, of_a_command, of_a_worker = 3, DEFAULT_POOL.most, DEFAULT_POOL.most + 1
    assert MAX_CONNECTIONS + of_a_worker + of_a_command + reserved <= int(SETTINGS["max_connections"])
    howto = (Path(__file__).parents[2] / "docs" / "howto" / "use-your-own-servers.md").read_text()
    assert f"The web app opens up to {MAX_CONNECTIONS} connections" in howto
