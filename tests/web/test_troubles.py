"""Whatever ails the servers: the document of `/readyz` answers, requests and health name it, and the log says it."""

from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs
from tests.builders import rows
from tests.db.refusing_server import refusing
from tests.web.helpers import asking, serving

from assay import disk
from assay.db import troubles
from assay.web.refusals import SECONDS, Refusals

pytestmark = pytest.mark.anyio
PARTS = {"status", "database", "broker", "migrations"}
FULL = OperationalError("", {}, psycopg.errors.DiskFull("could not extend file: No space left on device"))


@asynccontextmanager
async def client(database_url: str, nats_url: str, **settings):
    async with serving(database_url, nats_url, **settings) as app:

        async def writes(_request: Request) -> Response:
            raise FULL

        app.add_route("/writes", writes)
        async with asking(app, peer="127.0.0.1") as http:
            yield http


async def readiness(http) -> dict[str, Any]:
    """The documented document, which says that something is wrong."""
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/json")
    document: dict[str, Any] = answer.json()
    assert set(document) == PARTS
    assert document["status"] == "unavailable"
    return document


async def test_ready_says_that_the_database_is_gone(nats_url):
    async with client("postgresql://nobody@127.0.0.1:1/none", nats_url) as http:
        document = await readiness(http)
    assert document["database"].startswith("The database does not answer: ")
    assert document["migrations"].startswith("The database does not answer: ")
    assert document["broker"] == "ok"


async def test_ready_says_that_the_database_recovers(nats_url):
    async with refusing("57P03", "the database system is in recovery mode") as url, client(url, nats_url) as http:
        document = await readiness(http)
    assert document["database"] == document["migrations"] == troubles.RECOVERING


async def test_ready_says_that_migrations_are_missing(database, database_url, nats_url):
    await rows(database, "DELETE FROM alembic_version RETURNING version_num")
    async with client(database_url, nats_url) as http:
        document = await readiness(http)
    assert (document["database"], document["broker"]) == ("ok", "ok")
    assert document["migrations"].startswith("The database is at revision None, this version of Assay needs ")


async def test_ready_says_that_the_broker_is_gone(database_url):
    async with client(database_url, "nats://127.0.0.1:1") as http:
        document = await readiness(http)
    assert (document["database"], document["migrations"]) == ("ok", "ok")
    assert document["broker"].startswith("The broker (NATS_URL) does not answer")


async def test_a_full_disk_is_named_by_ready_health_and_log_and_its_place_only_to_operators(
    database_url, nats_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: 0)
    with capture_logs() as logs:
        async with client(database_url, nats_url, ASSAY_HOME=str(tmp_path)) as http:
            document = await readiness(http)
            health = (await http.get("/api/v1/jobs/health")).json()
    assert document["database"] == disk.FULL
    assert health["problems"][0] == disk.full(tmp_path)
    assert [each["reason"] for each in logs if each["event"] == "refused"] == [disk.full(tmp_path)]


async def test_a_full_disk_of_somebody_elses_database_is_named_too(database_url, nats_url):
    async with client(database_url, nats_url, DATABASE_URL=database_url) as http:
        answer = await http.get("/writes")
        health = (await http.get("/api/v1/jobs/health")).json()
    assert (answer.status_code, answer.json()["detail"]) == (503, disk.FULL)
    assert answer.headers["retry-after"] == "5"
    assert disk.FULL in health["problems"]


def test_a_reason_is_in_the_log_once_a_minute_with_how_often_it_was():
    now = 0.0
    refusals = Refusals(lambda: now)
    with capture_logs() as logs:
        for now in range(0, 130, 10):  # noqa: B007  # the clock reads it
            refusals.note("No room.")
        refusals.note("Away.")
    told = [(each["reason"], each["number"]) for each in logs]
    assert told == [("No room.", 1), ("No room.", 6), ("No room.", 6), ("Away.", 1)]
    assert refusals.lately() == ["No room.", "Away."]
    now += SECONDS
    assert refusals.lately() == []
