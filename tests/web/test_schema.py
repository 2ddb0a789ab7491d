"""The whole description of the API, sent to the app with values that Schemathesis makes up, by everybody there is."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import create_engine, text
from tests.builders import BOTH_KINDS, draft, propose
from tests.patience import PATIENCE
from tests.web.helpers import person, token
from tests.web.real_socket import listening

from assay.accounts.identity import SCOPES_OF
from assay.audit.actor import SYSTEM
from assay.db.base import Base
from assay.db.engine import Database, driver_url
from assay.db.models import Role, Scope
from assay.proposals import actions
from assay.settings import Settings
from assay.web.app import create_app
from assay.web.index import OPENAPI

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
STREAMS = {"/api/v1/events"}
"""Answers that do not end."""
OPEN = {"everybody"}
KNOWN = {"everybody", "signed in", "monitor"}
FEW, MANY = 1, 50
SECRET = "Zanzibar"
"""In every proposal and in what became of it."""
BOOKKEEPING = {"rate_limits", "cached_vectors"}
"""What every request may write: how often somebody asked, and vectors of words that were searched for."""


async def _furnished(database_url: str) -> dict[str, str]:
    """Some proposals and knowledge of both kinds, and a token for each role."""
    database = Database(database_url)
    ids = await propose(database, [draft(kind, f"{SECRET} {each}") for kind in BOTH_KINDS for each in range(4)])
    async with database.transaction() as session:
        await actions.approve(session, ids[::2], actor=SYSTEM)
    tokens: dict[str, str] = {
        role: await token(database, await person(database, f"the {role}", role), *SCOPES_OF[role]) for role in Role
    }
    await database.close()
    return {**tokens, "anonymous": ""}


@dataclass(frozen=True)
class Site:
    url: str
    database_url: str
    secrets: dict[str, str]
    """A token for each role."""


@pytest.fixture
def site(database_url, nats_url) -> Iterator[Site]:
    secrets = asyncio.run(_furnished(database_url))
    app = create_app(Settings(assay_requests_per_second=100_000), database_url, nats_url)
    with listening(app) as url:
        yield Site(url, database_url, secrets)


def may(role: str, permission: str) -> bool:
    if role == "anonymous":
        return permission in OPEN
    return permission in KNOWN or Scope(permission) in SCOPES_OF[Role(role)]


def stored(database_url: str) -> dict[str, str]:
    """A digest of each table. When a token was used last is no data."""
    engine = create_engine(driver_url(database_url))
    tables = [each for each in Base.metadata.sorted_tables if each.name not in BOOKKEEPING]
    with engine.connect() as connection:
        digests = {
            each.name: connection.scalar(
                text(f"""SELECT md5(string_agg(row::text, '' ORDER BY row::text))
                    FROM (SELECT to_jsonb(t) - 'last_used_at' AS row FROM {each.name} t) AS rows""")
            )
            for each in tables
        }
    engine.dispose()
    return digests


def fuzz(site: Site, role: str, examples: int) -> int:
    """Sends each operation some made-up requests. Returns how many were sent.

    First those that must not change anything: what only reads, and what the role may not do.
    """
    schema = schemathesis.openapi.from_url(f"{site.url}{OPENAPI}", timeout=PATIENCE)
    found: list[Any] = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    operations = [each for each in found if each.path not in STREAMS]
    harmless = [each for each in operations if each.method == "get" or not may(role, permission_of(each))]
    before = stored(site.database_url)
    sent = sum(asked(each, role, site.secrets[role], examples) for each in harmless)
    assert stored(site.database_url) == before
    rest = [each for each in operations if each not in harmless]
    return sent + sum(asked(each, role, site.secrets[role], examples) for each in rest)


def permission_of(operation: Any) -> str:
    return str(operation.definition.raw["x-permission"])


def asked(operation: Any, role: str, secret: str, examples: int) -> int:
    permission, sent = permission_of(operation), 0
    ours = {"X-Real-IP": "203.0.113.7"} | ({"Authorization": f"Bearer {secret}"} if secret else {})

    @seed(7)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal sent
        made_up = {key: value for key, value in (case.headers or {}).items() if key.lower() != "authorization"}
        case.headers, case.cookies = {**made_up, **ours}, {}
        response = case.call(timeout=PATIENCE)
        sent += 1
        case.validate_response(response, checks=CHECKS)
        if not may(role, permission):
            assert response.status_code >= 400, f"{case.method} {case.path} was answered to {role}"
            assert SECRET not in response.text, f"{case.method} {case.path} told {role}"

    ask()
    return sent


@pytest.mark.parametrize("role", ["admin", "reviewer", "viewer", "anonymous"])
def test_whatever_is_sent_nothing_breaks_and_nobody_gets_more_than_they_may(site, role):
    assert fuzz(site, role, 2 * FEW if role == "admin" else FEW) > 60


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["admin", "reviewer", "viewer", "anonymous"])
def test_whatever_is_sent_for_long(site, role):
    assert fuzz(site, role, MANY) > 1_000
