"""The app on real servers, and people and programs that ask it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from assay.accounts import actions, passwords, tokens
from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.db.models import ActorKind, Role, Scope
from assay.settings import Settings
from assay.web.app import create_app

NOWHERE = "nats://127.0.0.1:1"
ELSEWHERE = "203.0.113.7"
PASSWORD = "correct horse battery staple"
BASE = "/api/v1"


@asynccontextmanager
async def serving(database_url: str, nats_url: str = NOWHERE, *, hosts=("*",), **settings: Any) -> AsyncIterator[Any]:
    """The app, started, without a socket."""
    app = create_app(Settings(**settings), database_url, nats_url, hosts=hosts)
    async with app.router.lifespan_context(app):
        yield app


def asking(app: Any, *, peer: str = ELSEWHERE, base_url: str = "https://assay.test", **headers: str) -> Any:
    """A client of the app. `peer`: the address it comes from."""
    transport = httpx2.ASGITransport(app, client=(peer, 1), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=base_url, headers=headers)


async def person(database: Database, name: str, role: Role = Role.REVIEWER, kind: ActorKind = ActorKind.USER) -> Actor:
    async with database.transaction() as session:
        made = await actions.create_user(session, name, role=role, kind=kind, actor=SYSTEM)
    return Actor(made.id, made.name, made.kind)


async def with_password(database: Database, name: str, role: Role = Role.REVIEWER) -> Actor:
    actor, hashed = await person(database, name, role), await passwords.hashed(PASSWORD)
    async with database.transaction() as session:
        await actions.set_password(session, actor.user_id, hashed, actor=SYSTEM)
    return actor


async def token(database: Database, actor: Actor, *scopes: Scope, **rest: Any) -> str:
    async with database.transaction() as session:
        made = await tokens.create(session, actor.user_id, name="test", scopes=scopes, actor=SYSTEM, **rest)
    return made.secret


def bearer(secret: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@asynccontextmanager
async def signed_in(app: Any, name: str, **rest: Any) -> AsyncIterator[Any]:
    """A browser in which this person signed in."""
    async with asking(app, **rest) as http:
        answer = await http.post(f"{BASE}/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        yield http
