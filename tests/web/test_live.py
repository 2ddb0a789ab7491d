"""Live events over real sockets."""

import asyncio
from dataclasses import replace

import pytest
from pydantic_core import from_json
from sqlalchemy import text
from tests.builders import BOTH_KINDS, draft, propose, scalar
from tests.messaging.helpers import recorded, recover
from tests.patience import retry_until_available, until
from tests.web.live_helpers import frames, ids, reading_key, relaying, sent_events, site
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assay.clock import now
from assay.messaging import outbox
from assay.proposals import actions
from assay.queue.notify import send_job_error_notification

pytestmark = pytest.mark.anyio
NOWHERE = "nats://127.0.0.1:1"


@pytest.fixture
async def here(database, database_url, nats_url):
    async with relaying(database, nats_url), site(database_url, nats_url) as found:
        yield found


async def test_an_event_is_a_frame_of_the_contract(here, database):
    async with here.listen("?channels=system_notifications") as client:
        await send_job_error_notification(database, "deduplication_scan", ValueError("no"), {"total": 1}, "critical")
        [frame] = await frames(client, 1)
    assert list(frame) == ["id", "channel", "type", "entity_type", "data", "timestamp", "severity"]
    assert (frame["id"], frame["channel"], frame["type"]) == (1, "system_notifications", "job.error")
    assert (frame["entity_type"], frame["severity"]) == (None, "critical")
    assert list(frame["data"]) == ["context", "job_name", "timestamp", "error_message"]


@pytest.mark.parametrize("kind", BOTH_KINDS)
async def test_what_a_person_decides_reaches_every_client(here, database, ana, kind):
    async with here.listen() as one, here.listen() as other:
        [proposal] = await propose(database, [draft(kind)])
        async with database.transaction() as session:
            await actions.approve(session, [proposal], actor=ana)
        for client in (one, other):
            created, approved = await frames(client, 2)
            assert (created["type"], approved["type"]) == ("proposal.created", "proposal.approved")
            assert approved["entity_type"] == kind
            assert approved["data"]["entity_id"] == str(proposal)
            assert approved["data"]["actor"] == "ana"


async def test_what_is_rolled_back_is_never_told(here, database):
    async with here.listen() as client:
        async with database.transaction() as session:
            await recorded(session, "rolled back")
            await session.rollback()
        await recover(database, "kept")
        [frame] = await frames(client, 1)
    assert frame["data"] == {"job_name": "kept"}


async def test_a_client_gets_its_channels_only(here, database):
    async with here.listen("?channels=system_notifications") as client:
        await propose(database, [draft()])
        await recover(database, "a")
        assert [each["type"] for each in await frames(client, 1)] == ["job.recovered"]


async def test_who_was_away_misses_nothing_and_gets_nothing_twice(here, database):
    await recover(database, *map(str, range(5)))
    async with here.listen("?since=2") as client:
        assert await ids(client, 3) == [3, 4, 5]
        await recover(database, "more")
        assert await ids(client, 1) == [6]


async def test_replay_hands_over_to_what_comes(here, database):
    stop = asyncio.Event()

    async def keep_coming() -> None:
        while not stop.is_set():
            await recover(database, "more")

    await recover(database, *["before"] * 20)
    coming = asyncio.create_task(keep_coming())
    async with here.listen("?since=0") as one, here.listen("?since=10") as other:
        assert await ids(one, 100) == [*range(1, 101)]
        assert await ids(other, 90) == [*range(11, 101)]
    stop.set()
    await coming


@pytest.mark.parametrize(("query", "position"), [("", 3), ("?since=1", 1), ("?channels=knowledge_proposals", 3)])
async def test_the_first_frame_says_the_position(here, database, query, position):
    async with here.listen() as client:
        await recover(database, "a", "b", "c")
        await frames(client, 3)
    async with here.listen(query) as client:
        first = from_json(await client.recv())
    assert (first["id"], first["type"], first["channel"], first["data"]) == (position, "position", None, {})
    async with here.asking() as http, http.stream("GET", f"/api/v1/events{query}") as answer:
        assert await anext(answer.aiter_lines()) == f"id: {position}"


async def test_a_long_absence_is_made_up_for_in_pages(here, database, monkeypatch):
    monkeypatch.setattr("assay.messaging.hub.PAGE", 7)
    await recover(database, *["before"] * 50)
    async with here.listen("?since=0") as client:
        assert await ids(client, 50) == [*range(1, 51)]


async def test_server_sent_events_are_the_same_documents(here, database):
    await recover(database, "a", "b", "c")
    async with here.listen("?since=0") as client:
        documents = await frames(client, 3)
    assert [from_json(each) for each in await sent_events(here, 3, "?since=0")] == documents
    assert [from_json(each) for each in await sent_events(here, 1, "?since=0", {"Last-Event-ID": "2"})] == documents[2:]


async def test_a_new_reader_of_server_sent_events_gets_what_comes(here, database):
    async with here.listen() as client:
        await recover(database, "before")
        await frames(client, 1)
    reading = asyncio.create_task(sent_events(here, 1))
    await until(lambda: len(here.hub.clients) == 1)
    await recover(database, "after")
    assert from_json((await reading)[0])["id"] == 2


async def test_without_the_broker_events_come_a_little_later(database, database_url):
    async with relaying(database, NOWHERE), site(database_url, NOWHERE) as here, here.listen() as client:
        await recover(database, "a", "b")
        assert await ids(client, 2) == [1, 2]


async def test_a_client_that_knows_more_than_this_process_is_not_told_again(here, database):
    async with here.listen() as client:
        await recover(database, "a", "b", "c")
        await ids(client, 3)
        here.hub.position = 1  # as if this process had heard of the first one only
        async with here.listen("?since=3") as faster:
            await recover(database, "d")
            assert await ids(faster, 1) == [4]


@pytest.mark.parametrize("since", [0, 99])
async def test_who_asks_for_what_is_not_kept_is_told_so(here, database, since):
    async with here.listen() as client:
        await recover(database, "a", "b")
        await frames(client, 2)
    async with database.transaction() as session:
        assert await outbox.prune(session, before=now()) == 1
    async with here.listen(f"?since={since}") as client:
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 4410
        assert client.close_reason.startswith("resync: ")
    async with here.asking() as http:
        answer = await http.get(f"/api/v1/events?since={since}")
    assert (answer.status_code, answer.headers["content-type"]) == (410, "application/problem+json")


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?channels=gossip", {}, 422),
        ("?channels=", {}, 422),
        ("?since=-1", {}, 422),
        ("?since=soon", {}, 422),
        ("", {"Origin": "https://evil.example"}, 403),
        ("", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("", {"Authorization": "Bearer assay_wrong"}, 401),
        ("", {"Authorization": ""}, 401),
        ("", {"Origin": "null"}, 403),
    ],
)
async def test_what_is_wrong_is_refused_before_the_connection_is_accepted(here, query, headers, status):
    with pytest.raises(InvalidStatus) as caught:
        async with here.listen(query, headers):
            pass
    async with here.asking() as http:
        answer = await http.get(f"/api/v1/events{query}", headers=headers)
    assert caught.value.response.status_code == answer.status_code == status
    assert from_json(caught.value.response.body)["detail"] == answer.json()["detail"]


async def test_our_own_pages_may_listen(here):
    async with here.listen(headers={"Origin": f"http://{here.address}"}):
        pass


async def test_one_user_listens_only_so_often_and_keeps_nobody_out(here, database_url, monkeypatch):
    monkeypatch.setattr(here.app.state.assay.listening, "_most", 2)
    async with here.listen(), here.listen():
        with pytest.raises(InvalidStatus) as refusal:
            await here.listen()
        assert refusal.value.response.status_code == 429
        async with here.asking() as http:
            assert (await http.get("/api/v1/events")).status_code == 429
        async with replace(here, key=await reading_key(database_url)).listen():
            pass
    await until(lambda: not here.hub.clients)
    async with here.listen(), here.asking() as http, http.stream("GET", "/api/v1/events") as answer:
        assert answer.status_code == 200


async def test_nobody_listens_on_with_a_key_that_was_taken_back(here, database, monkeypatch):
    monkeypatch.setattr("assay.web.live.RECHECK_SECONDS", 0.1)
    async with here.listen() as client:
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM api_tokens"))
        with pytest.raises(ConnectionClosed):
            await frames(client, 1)
        assert client.close_code == 1008


async def test_a_stream_ends_with_the_key_that_opened_it(here, database, monkeypatch):
    monkeypatch.setattr("assay.web.live.RECHECK_SECONDS", 0.1)
    stream = asyncio.create_task(sent_events(here, 1))
    await until(lambda: len(here.hub.clients) == 1)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM api_tokens"))
    await asyncio.sleep(0.2)
    await recover(database, "after")
    assert await stream == []


async def talk(client) -> None:
    async with retry_until_available():
        while True:
            await client.send("still here")
            await asyncio.sleep(0.05)


async def test_who_talks_all_the_time_is_asked_for_the_key_too(here, database, monkeypatch):
    monkeypatch.setattr("assay.web.live.RECHECK_SECONDS", 0.3)
    async with here.listen() as client:
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM api_tokens"))
        with pytest.raises(ConnectionClosed):
            await talk(client)
        assert client.close_code == 1008


async def test_at_the_end_every_client_is_told_to_come_back(database, database_url, nats_url):
    async with site(database_url, nats_url) as here:
        client = await here.listen()
        stream = asyncio.create_task(sent_events(here, 1))
        await until(lambda: len(here.hub.clients) == 2)
    with pytest.raises(ConnectionClosed):
        await frames(client, 1)
    assert client.close_code == 1012
    assert await stream == []


async def test_what_a_client_says_is_not_read(here, database):
    async with here.listen() as client:
        await client.send("hello")
        await client.send(b"\0\1")
        await recover(database, "a")
        assert await ids(client, 1) == [1]
        await client.send("x" * 10_000)
        with pytest.raises(ConnectionClosed):
            await frames(client, 1)
        assert client.close_code == 1009


async def test_clients_that_left_are_forgotten(here):
    async with here.listen():
        await until(lambda: len(here.hub.clients) == 1)
    await until(lambda: not here.hub.clients)
    assert await scalar(here.app.state.assay.connections.reads, "SELECT 1") == 1
