"""What the requests of one app share."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final, cast

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from assay.imports.runner import ImportRunner
from assay.messaging.hub import Hub
from assay.queue.deps import Deps
from assay.settings import Settings
from assay.web.concurrency import (
    MAX_BULKS,
    MAX_EXPORTS,
    MAX_EXPORTS_WRITTEN,
    MAX_LISTENING,
    MAX_READS,
    MAX_READS_ASKED,
    MAX_WRITES,
    TOO_MANY_BULKS,
    TOO_MANY_EXPORTS,
    TOO_MANY_LISTENING,
    TOO_MANY_READS,
    TOO_MANY_WRITES,
    Concurrency,
    Queues,
)
from assay.web.connections import Connections
from assay.web.refusals import Refusals
from assay.web.telemetry import Telemetry

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class WebState:
    settings: Settings
    connections: Connections
    nats_url: str
    deps: Deps
    """The models, which load at their first use."""
    hub: Hub
    telemetry: Telemetry
    refusals: Refusals
    imports: ImportRunner
    """What is done with uploads beside the requests."""
    reads: Concurrency = field(default_factory=partial(Concurrency, MAX_READS_ASKED, TOO_MANY_READS))
    read_turns: Queues = field(default_factory=partial(Queues, MAX_READS))
    """Of the reads of a user."""
    listening: Concurrency = field(default_factory=partial(Concurrency, MAX_LISTENING, TOO_MANY_LISTENING))
    writes: Concurrency = field(default_factory=partial(Concurrency, MAX_WRITES, TOO_MANY_WRITES))
    bulks: Concurrency = field(default_factory=partial(Concurrency, MAX_BULKS, TOO_MANY_BULKS))
    exports: Concurrency = field(default_factory=partial(Concurrency, MAX_EXPORTS, TOO_MANY_EXPORTS))
    export_turns: Semaphore = field(default_factory=partial(Semaphore, MAX_EXPORTS_WRITTEN))
    queues: Queues = field(default_factory=Queues)
    """Of requests that come with the same credential."""


def state(connection: HTTPConnection) -> WebState:
    return cast(WebState, connection.app.state.assay)


async def transaction(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """A session of its own for the request, committed before the answer leaves."""
    connections = state(connection).connections
    reads = connection.scope.get("method", "GET") in SAFE_METHODS
    async with (connections.reads if reads else connections.writes).transaction() as session:
        yield session


async def monitoring(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """A session for what monitors ask, which is answered however much is asked besides."""
    async with state(connection).connections.monitors.transaction() as session:
        yield session


State = Annotated[WebState, Depends(state)]
# scope="function": FastAPI would otherwise commit after the answer was sent, and a failed commit would answer 200.
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
Monitoring = Annotated[AsyncSession, Depends(monitoring, scope="function")]
