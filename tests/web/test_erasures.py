"""Erasing over HTTP: for administrators, a portion at a time, and only counted unless it is said."""

import json

import httpx2
import pytest
from tests.builders import draft, propose, rows, scalar, with_evidence
from tests.web.helpers import NOWHERE, bearer, person, token
from tests.web.real_socket import listening

from assay.db.models import Role, Scope
from assay.settings import Settings
from assay.web.app import create_app

pytestmark = pytest.mark.anyio


async def asked(database, database_url, scope: Scope, **body):
    """What the API answers somebody with that right."""
    secret = await token(database, await person(database, f"the {scope}", Role.ADMIN), scope)
    with listening(create_app(Settings(), database_url, NOWHERE)) as url:
        async with httpx2.AsyncClient(base_url=url, headers=dict(bearer(secret)), trust_env=False) as http:
            return await http.post("/api/v1/erasures", json=body)


async def test_over_http_nothing_is_erased_unless_it_is_said(database, database_url):
    await propose(database, await with_evidence(database, draft(title="Secret")))
    dry = await asked(database, database_url, Scope.ADMIN, author="tom")
    assert dry.json() == {
        "dry_run": True, "messages": 1, "quotes": 1, "proposals": 1, "topics": 0, "atoms": 0, "kept": 0, "remaining": 1,
    }  # fmt: skip
    assert await scalar(database, "SELECT count(*) FROM messages") == 3


async def test_over_http_it_is_erased_and_nothing_remains(database, database_url):
    await propose(database, await with_evidence(database, draft(title="Secret")))
    done = await asked(database, database_url, Scope.ADMIN, author="tom", dry_run=False, notes="request 4711")
    assert (done.status_code, done.json()["messages"], done.json()["remaining"]) == (200, 1, 0)
    assert await rows(database, "SELECT title FROM proposals") == [("(erased)",)]


@pytest.mark.parametrize("scope", [Scope.READ, Scope.PROPOSE, Scope.REVIEW])
async def test_it_takes_the_right_to_administer(database, database_url, scope):
    assert (await asked(database, database_url, scope, author="tom", dry_run=False)).status_code == 403


async def test_whose_must_be_said(database, database_url):
    answer = await asked(database, database_url, Scope.ADMIN, source="chat", dry_run=False)
    assert (answer.status_code, "Name a person or a channel" in json.dumps(answer.json())) == (422, True)
