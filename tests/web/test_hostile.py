"""What hostile clients send: refused, or stored as text."""

import asyncio
import json
import resource
import socket
from base64 import urlsafe_b64encode
from contextlib import asynccontextmanager, suppress

import httpx2
import pytest
from pydantic_core import to_json
from tests.builders import draft, get, propose, scalar
from tests.patience import PATIENCE
from tests.web.helpers import BASE, asking, bearer, person, serving, token
from tests.web.real_socket import listening

from assay.db.models import Role, Scope
from assay.settings import Settings
from assay.web.app import create_app
from assay.web.middleware import BodyDeadline
from assay.web.models import MAX_META_BYTES
from assay.web.server import PromptHttp, make_server

pytestmark = pytest.mark.anyio
TEXTS = [
    "'; DROP TABLE proposals; --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %n",
    "\u202eevil\u202c",
    "\U0001f4a9" * 20,
    "=cmd|' /C calc'!A0",
]


@pytest.fixture
async def http(database, database_url):
    secret = await token(database, await person(database, "ada", Role.ADMIN), *Scope)
    async with serving(database_url) as app, asking(app, **bearer(secret)) as client:
        yield client


@pytest.mark.parametrize("text", TEXTS)
async def test_sql_and_html_are_stored_as_they_are(database, http, text):
    [each] = await propose(database, [draft()])
    body = {"proposed_title": text, "proposed_content": text, "proposed_meta": {text: text}, "notes": text}
    url = f"{BASE}/knowledge/atoms/proposals/{each}"
    answer = await http.patch(url, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert (answer.json()["proposed_title"], answer.json()["proposed_meta"]) == (text, {text: text})
    assert (await get(database, each)).title == text
    listed = await http.get(f"{BASE}/knowledge/atoms/proposals", params={"text": text, "source": text})
    assert listed.status_code == 200
    assert await scalar(database, "SELECT count(*) FROM proposals") == 1


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"notes": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b'{"notes": "\xff\xfe"}',
        b'{"notes": "\\ud800"}',
        b'{"notes": "\\u0000"}',
        b'{"notes": 1e999}',
        b"{",
        b"",
        b"null",
        b'{"notes": "x", "notes": {"x": "y"}}',
    ],
)
async def test_what_is_no_text_is_refused_and_changes_nothing(database, http, content):
    [each] = await propose(database, [draft()])
    url = f"{BASE}/knowledge/atoms/proposals/{each}/approve"
    answer = await http.put(url, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await get(database, each)).version == 1


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({"a": "\0"}, "a NUL character"),
        ({"\0": 1}, "a NUL character"),
        ({"a": [{"b": "\ud800"}]}, "a lone surrogate"),
        ({"\ud800": 1}, "a lone surrogate"),
    ],
)
async def test_meta_that_cannot_be_stored_is_refused(database, http, meta, words):
    [each] = await propose(database, [draft()])
    deep: dict = {}
    for _ in range(30):
        deep = {"a": deep}
    for bad, said in ((meta, words), (deep, "")):
        url, sent = f"{BASE}/knowledge/atoms/proposals/{each}", json.dumps({"proposed_meta": bad})
        answer = await http.patch(url, content=sent, headers={"Content-Type": "application/json"})
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True)


async def test_meta_is_bounded_in_bytes(database, http):
    [each] = await propose(database, [draft()])
    url, most = f"{BASE}/knowledge/atoms/proposals/{each}", MAX_META_BYTES - len('{"v":""}')
    fits = await http.patch(url, json={"proposed_meta": {"v": "x" * most}})
    beyond = await http.patch(url, json={"proposed_meta": {"v": "ö" * most}})
    assert [fits.status_code, beyond.status_code] == [200, 422]
    assert "131,064 bytes of JSON exceed the 65,536 that are allowed" in beyond.json()["detail"]
    assert (await http.get(url)).json()["proposal"]["proposed_meta"] == {"v": "x" * most}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("where", ['{{"v": {}}}', '{{"v": [{{"w": {}}}]}}'])
async def test_meta_with_a_number_that_is_none_is_refused(database, http, number, where):
    [each] = await propose(database, [draft()])
    meta, url = where.format(number), f"{BASE}/knowledge/atoms/proposals"
    json_type = {"Content-Type": "application/json"}
    new = f'[{{"proposed_type": "insight", "proposed_title": "x", "confidence": 0.5, "proposed_meta": {meta}}}]'
    changed = await http.patch(f"{url}/{each}", content=f'{{"proposed_meta": {meta}}}', headers=json_type)
    proposed = await http.post(url, content=new, headers=json_type)
    assert [changed.status_code, proposed.status_code] == [422, 422]
    assert "a number must be finite" in changed.json()["detail"]
    assert await scalar(database, "SELECT count(*) FROM proposals WHERE version = 1") == 1


@pytest.mark.parametrize(
    "query", ["text=%00", "channel=%00", "text=%ff%fe", "after=%00", "limit=0", "limit=1e9", "x=1"]
)
async def test_a_query_that_cannot_be_is_refused(http, query):
    answer = await http.get(f"{BASE}/knowledge/atoms/proposals?{query}")
    assert answer.status_code in {200, 422}
    assert answer.status_code == 422 or "%ff" in query


async def test_a_form_is_no_json(database, http):
    [each] = await propose(database, [draft()])
    answer = await http.put(f"{BASE}/knowledge/atoms/proposals/{each}/approve", data={"notes": "x"})
    assert answer.status_code == 422
    assert (await get(database, each)).version == 1


async def test_a_body_without_end_is_cut_off_and_memory_stays_flat(database, database_url, nats_url):
    secret = await token(database, await person(database, "ada", Role.ADMIN), *Scope)
    app = create_app(Settings(), database_url, nats_url)

    def flood(url: str, path: str, size: int) -> int:
        chunk = b"[" * 65_536
        chunks = (chunk for _ in range(size // len(chunk)))
        headers = {**bearer(secret), "Content-Type": "application/json"}
        try:
            return httpx2.post(
                f"{url}{path}", content=chunks, headers=headers, timeout=PATIENCE, trust_env=False
            ).status_code
        except httpx2.TransportError:
            return 413  # cut off while it was sending

    with listening(app) as url:
        await asyncio.to_thread(flood, url, f"{BASE}/messages", 20_000_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for path in ("/messages", "/session", "/knowledge/atoms/proposals"):
            assert await asyncio.to_thread(flood, url, f"{BASE}{path}", 100_000_000) == 413
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 50_000_000


@pytest.mark.parametrize("says_how_long", [True, False])
async def test_a_body_that_is_too_large_is_refused_in_the_form_of_all_errors(http, says_how_long):
    async def pieces():
        for _ in range(11):
            yield b" " * 100_000

    body = b" " * 1_100_000 if says_how_long else pieces()
    answer = await http.post(f"{BASE}/users", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["detail"].startswith("The body is too large: at most 1,000,000 bytes")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_headers_without_end_are_refused(database_url, nats_url):
    app = create_app(Settings(), database_url, nats_url)
    with listening(app) as url:
        answer = await asyncio.to_thread(_raw, url, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: y\r\n" * 50_000)
        fine = await asyncio.to_thread(httpx2.get, f"{url}/healthz", timeout=PATIENCE, trust_env=False)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert fine.status_code == 200


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["first", "second"])
async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(database_url, monkeypatch, before):
    monkeypatch.setattr(PromptHttp, "head_seconds", 0.5)
    async with connected(database_url) as (reader, writer):
        writer.write(before)
        answered = await reader.readuntil(b'"ok"}') if before else b"200"
        dripping = asyncio.create_task(_drip(writer, b"GET /healthz HTTP/1.1\r\nX-Slow: " + b"y" * 10_000))
        ended = await asyncio.wait_for(reader.read(), PATIENCE)
        dripping.cancel()
    assert (b"200" in answered, ended.split(b"\r\n")[0]) == (True, b"HTTP/1.1 408 Request Timeout")


@pytest.mark.parametrize("whole", [True, False])
async def test_who_goes_on_sending_what_was_refused_is_cut_off(database_url, monkeypatch, whole):
    monkeypatch.setattr(PromptHttp, "rest_seconds", 0.5)
    head = f"POST {BASE}/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    async with connected(database_url) as (reader, writer):
        writer.write(head + b"1\r\na\r\n")
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 401")
        if whole:
            writer.write(b"0\r\n\r\n")
            await asyncio.sleep(1)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert await asyncio.wait_for(reader.readuntil(b'"ok"}'), PATIENCE)
        else:
            dripping = asyncio.create_task(_drip(writer, b"1\r\na\r\n" * 10_000))
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), PATIENCE)
            dripping.cancel()


@asynccontextmanager
async def connected(database_url: str):
    """A connection to a web app that has a socket of its own."""
    async with serving(database_url) as app:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = make_server(app)
            running = asyncio.create_task(server.serve(sockets=[listener]))
            yield await asyncio.open_connection(*listener.getsockname())
            server.should_exit = True
            await running


async def _drip(writer, data: bytes) -> None:
    for number in range(len(data)):
        writer.write(data[number : number + 1])
        await asyncio.sleep(0.05)


async def test_a_body_that_does_not_come_is_not_waited_for(database, database_url):
    secret = await token(database, await person(database, "ada", Role.ADMIN), *Scope)
    async with serving(database_url) as app:
        slow = BodyDeadline(app, seconds=0.2)

        async def never():
            yield b'{"notes": '
            await asyncio.Event().wait()

        async with asking(slow, **bearer(secret)) as http:
            answer = await http.post(f"{BASE}/users", content=never(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 408


def _raw(url: str, sent: bytes) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
        try:
            client.sendall(sent)
            return client.recv(1000)
        except ConnectionError:
            return b""


MOMENTS = [
    ("2026-03-02T09:14:05+23:59", True),
    ("2026-03-02T09:14:05-23:59", True),
    ("2026-03-02T09:14:05+15:59", True),
    ("9999-12-31T23:59:59-23:59", False),
    ("0001-01-01T00:00:00+23:59", False),
    ("2016-12-31T23:59:60Z", False),
    ("2026-03-02T09:14:05+24:00", False),
    ("2026-03-02T09:14:05+01:00:30", False),
    ("2026-03-02T09:14:05", False),
    ("99999-01-01T00:00:00Z", False),
]


@pytest.mark.parametrize(("moment", "is_one"), MOMENTS)
async def test_every_moment_is_taken_or_refused(http, moment, is_one):
    message = {"external_id": "1", "channel": "a", "author": "tom", "text": "Hello", "sent_at": moment}
    imported = await http.post(f"{BASE}/messages", json={"source": "chat", "messages": [message]})
    made = await http.post(f"{BASE}/tokens", json={"name": "t", "scopes": ["read"], "expires_at": moment})
    queue = f"{BASE}/knowledge/atoms/proposals"
    listed = [await http.get(queue, params={name: moment}) for name in ("created_after", "created_before")]
    taken = {answer.status_code for answer in (imported, *listed)}
    assert taken == ({200} if is_one else {422}), imported.text
    assert made.status_code == 422 or is_one


@pytest.mark.parametrize("moment", [moment for moment, _ in MOMENTS])
async def test_every_moment_in_a_cursor_is_taken_or_refused(http, moment):
    for path in ("messages", "knowledge/atoms/proposals", "knowledge/topics", "extractions"):
        for of in ("messages", "oldest", "newest", "topics", "extractions", "updated"):
            after = urlsafe_b64encode(to_json([of, moment, "0198a1de-625e-71dc-a0a9-39cc6b1c256a"])).decode()
            assert (await http.get(f"{BASE}/{path}", params={"after": after})).status_code in {200, 404, 422}


@pytest.mark.parametrize("blank", ["", " ", "\r\n", "\u3000"])
async def test_what_is_called_nothing_is_refused(http, blank):
    view = await http.put(f"{BASE}/review/views", json={"name": blank, "filter": {}})
    token = await http.post(f"{BASE}/tokens", json={"name": blank, "scopes": ["read"]})
    user = await http.post(f"{BASE}/users", json={"name": blank, "role": "viewer"})
    assert {view.status_code, token.status_code, user.status_code} == {422}
    assert (await http.get(f"{BASE}/review/views")).json()["items"] == []
