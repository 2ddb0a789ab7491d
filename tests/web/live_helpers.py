"""The web app behind its real server, in this process, and clients of its live events."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx2
from pydantic_core import from_json
from tests.patience import PATIENCE, retry_until_available, until
from tests.web.helpers import bearer, person, token
from websockets.asyncio.client import ClientConnection, connect

from assay.background_tasks import background
from assay.db.base import new_id
from assay.db.engine import Database
from assay.db.models import Role, Scope
from assay.messaging.outbox import POSITION
from assay.messaging.relay import relay
from assay.settings import Settings
from assay.web.app import create_app
from assay.web.server import make_server

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def reading_key(database_url: str) -> str:
    """The token of somebody new who may read and no more."""
    database = Database(database_url)
    viewer = await person(database, f"viewer {new_id()}", Role.VIEWER)
    try:
        return await token(database, viewer, Scope.READ)
    finally:
        await database.close()


@dataclass(frozen=True)
class Site:
    address: str
    app: Any
    key: str
    """Of one who may read."""

    @property
    def hub(self):
        return self.app.state.assay.hub

    def listen(self, query: str = "", headers: Mapping[str, str] = NO_HEADERS) -> Any:
        return connect(
            f"ws://{self.address}/api/v1/ws{query}",
            proxy=None,
            additional_headers={**bearer(self.key), **headers},
            open_timeout=PATIENCE,
            ping_timeout=PATIENCE,
        )

    def asking(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=f"http://{self.address}", headers=dict(bearer(self.key)), timeout=PATIENCE)


@asynccontextmanager
async def site(database_url: str, nats_url: str) -> AsyncIterator[Site]:
    """An API process in this one, with its clients' sockets real."""
    key = await reading_key(database_url)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    app = create_app(Settings(), database_url, nats_url)
    server = make_server(app)
    serving = asyncio.create_task(server.serve([listener]))
    await until(lambda: server.started and app.state.assay.hub.begun)
    try:
        yield Site(f"127.0.0.1:{listener.getsockname()[1]}", app, key)
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def relaying(database: Database, nats_url: str) -> AsyncIterator[None]:
    async with background(relay(database, nats_url)):
        yield


async def frames(client: ClientConnection, number: int) -> list[dict[str, Any]]:
    """The next events that a client gets. Where it begins, which the first frame says, is none."""
    found: list[dict[str, Any]] = []
    async with retry_until_available():
        while len(found) < number:
            frame = from_json(await client.recv())
            found += [frame] if frame["type"] != POSITION else []
    return found


async def ids(client: ClientConnection, number: int) -> list[int]:
    return [each["id"] for each in await frames(client, number)]


async def sent_events(site: Site, number: int, query: str = "", headers: Mapping[str, str] = NO_HEADERS) -> list[str]:
    """The data of the next server-sent events."""
    found: list[str] = []
    async with (
        retry_until_available(),
        site.asking() as http,
        http.stream("GET", f"/api/v1/events{query}", headers=dict(headers)) as answer,
    ):
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                found.append(line.removeprefix("data: "))
            if len(found) == number:
                break
    return found
