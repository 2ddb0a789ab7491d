"""The web app on real servers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from tests.builders import draft, propose
from tests.patience import no_broker

from assay.errors import Conflict
from assay.settings import Settings
from assay.web.app import create_app

pytestmark = pytest.mark.anyio
NOWHERE = "nats://127.0.0.1:1"


@asynccontextmanager
async def client(database_url: str, nats_url: str = NOWHERE, *, peer: str = "127.0.0.1", hosts=("*",)) -> AsyncIterator:
    app = create_app(Settings(), database_url, nats_url, hosts=hosts)

    @app.get("/conflict")
    async def conflict() -> None:
        raise Conflict("Somebody was faster.")

    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("with a secret")

    @app.get("/full")
    async def full() -> None:
        raise NoFreeConnection("QueuePool limit")

    transport = httpx2.ASGITransport(app, client=(peer, 1), raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as http,
    ):
        yield http


async def test_alive_is_alive_whatever_the_servers_do():
    async with client("postgresql://nobody@127.0.0.1:1/nothing") as http:
        answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_ready_when_database_broker_and_migrations_are(database_url, nats_url):
    async with client(database_url, nats_url) as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "migrations": "ok"}


async def test_not_ready_says_what_is_missing(database_url):
    with no_broker():
        async with client(database_url) as http:
            answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert answer.json()["broker"].startswith("The broker (NATS_URL) does not answer")


async def test_the_metrics_are_the_document_of_the_contract(database, database_url):
    await propose(database, [draft(confidence=0.5)])
    async with client(database_url) as http:
        document = (await http.get("/api/v1/metrics/proposals")).json()
        [rate] = (await http.get("/api/v1/metrics/tiers")).json()["items"]
    assert (rate["tier"], rate["extractor"], rate["proposals"], rate["auto_approval_rate"]) == ("sure", None, 1, 0)
    assert document["atom_proposals"]["pending"] == 1
    assert document["topic_proposals"]["avg_confidence"] == 0
    assert set(document) == {"topic_proposals", "atom_proposals", "updated_at"}


async def test_the_metrics_are_not_for_other_machines(database_url):
    async with client(database_url, peer="203.0.113.7") as http:
        answer = await http.get("/api/v1/metrics/proposals")
    assert answer.status_code == 401


async def test_a_page_elsewhere_cannot_reach_us_under_its_own_name(database_url):
    async with client(database_url, hosts=("127.0.0.1",)) as http:
        answer = await http.get("/healthz", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["detail"] == "The Host header names somebody else: this is 127.0.0.1."
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/conflict", 409, "Somebody was faster."),
        ("/fault", 500, "Something went wrong on our side."),
        ("/nothing", 404, "Not Found."),
        ("/full", 503, "Too many requests wait for the database: try again in a moment."),
    ],
)
async def test_every_error_is_problem_details(database_url, path, status, detail):
    async with client(database_url) as http:
        answer = await http.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get("retry-after") == ("5" if status == 503 else None)
    assert (answer.status_code, answer.json()["status"], answer.json()["detail"]) == (status, status, detail)


async def test_a_database_that_went_away_is_unavailable_and_not_a_fault():
    async with client("postgresql://nobody@127.0.0.1:1/nothing") as http:
        answer = await http.get("/api/v1/metrics/proposals")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The database does not answer.")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_monitor_may_ask_for_the_head_alone(database_url, nats_url, path):
    async with client(database_url, nats_url) as http:
        answer = await http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_who_is_not_known_by_an_address_is_not_local(database_url):
    async with client(database_url, peer="garbage") as http:
        answer = await http.get("/api/v1/metrics/proposals")
    assert answer.status_code == 401


async def test_a_browser_is_told_what_there_is_and_runs_nothing(database_url):
    with no_broker():
        async with client(database_url) as http:
            answer = await http.get("/")
            links = re.findall(r'href="([^"]+)"', answer.text)
            found = [(await http.get(link)).status_code for link in links]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert len(links) == 5
    assert 404 not in found
