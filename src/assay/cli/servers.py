"""Running Assay on this machine."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

import assay.jobs  # noqa: F401  # registers the jobs
from assay import settings as configuration
from assay.aio import background
from assay.cli.checking import check_settings
from assay.cli.engine import Drain, on_stop
from assay.cli.first_admin import ensure_first_admin
from assay.cli.listening import PREFERRED_PORT, listening, web_address
from assay.cli.logs import log_as_server
from assay.cli.output import say
from assay.cli.session import ready
from assay.db.engine import Database
from assay.errors import Conflict
from assay.messaging.relay import relay
from assay.queue.alerting import telling
from assay.queue.deps import Deps, make_deps
from assay.queue.processes import DRAIN_SECONDS, connected_broker, scheduling, working
from assay.queue.retry import retry_until_available
from assay.queue.worker import Worker
from assay.runtime.services import Services, record_web, running
from assay.settings import Settings
from assay.tracing import exporting
from assay.web.app import create_app
from assay.web.server import Server, cut_off_the_stuck, make_server

PASSING_SECONDS: Final = 60
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", "[::1]")

Host = Annotated[str, Parameter(help="The address to listen on.")]
Port = Annotated[int, Parameter(help="Port of the web app; 0 takes a free one.")]
Jobs: TypeAlias = Callable[[], AbstractAsyncContextManager[Worker | None]]
"""What runs beside the web app."""


def up(
    *,
    host: Host = "127.0.0.1",
    port: Port = PREFERRED_PORT,
    drain: Drain = DRAIN_SECONDS,
) -> None:
    """Run everything in one process until Ctrl-C: the servers, the web app, a worker and a scheduler.

    With DATABASE_URL and NATS_URL set, your own servers are used.
    """
    settings = configuration.load()
    log_as_server(settings)
    check_settings(settings)
    _refuse_a_second(settings)
    with listening(host, port) as listener, ready(for_clients=True) as found:
        _require_ownership(settings, found)
        deps = make_deps(settings, found.database_url)
        _serve(settings, found, listener, host, partial(_jobs, deps, found.nats_url, drain))


def api(*, host: Host = "127.0.0.1", port: Port = PREFERRED_PORT) -> None:
    """Run the web app alone until Ctrl-C. Workers and schedulers run apart: assay worker, assay scheduler."""
    settings = configuration.load()
    log_as_server(settings)
    check_settings(settings)
    with listening(host, port) as listener, ready(for_clients=True) as found:
        _serve(settings, found, listener, host, _no_jobs)


@asynccontextmanager
async def _jobs(deps: Deps, nats_url: str, drain: float) -> AsyncIterator[Worker]:
    """A worker and a scheduler beside the web app."""
    try:
        async with (
            telling(deps, nats_url),
            connected_broker(deps, nats_url, "assay up") as broker,
            working(broker, deps, drain=drain) as receiver,
            scheduling(broker, deps),
            background(relay(deps.database, nats_url)),
        ):
            yield receiver
    finally:
        await deps.database.close()


@asynccontextmanager
async def _no_jobs() -> AsyncIterator[None]:
    yield None


def _refuse_a_second(settings: Settings) -> None:
    """Before anything is taken that the first one has. Raises Conflict, saying where that answers."""
    if not _on_own_servers(settings):
        _await_passing_owner(settings)
        if running(settings.assay_home):
            raise _already_running(settings)


def _await_passing_owner(settings: Settings) -> None:
    """Lets a command that runs the servers for itself alone come to its end."""
    deadline = time.monotonic() + PASSING_SECONDS
    while (state := running(settings.assay_home)) and not state.web_url and time.monotonic() < deadline:
        time.sleep(0.1)


def _require_ownership(settings: Settings, found: Services) -> None:
    if not found.owned and not _on_own_servers(settings):
        raise _already_running(settings)


def _on_own_servers(settings: Settings) -> bool:
    """Whether neither server is an embedded one."""
    return settings.database_url is not None and settings.nats_url is not None


def _already_running(settings: Settings) -> Conflict:
    state = running(settings.assay_home)
    where = f" at {state.web_url}" if state and state.web_url else ""
    return Conflict(f"Assay is already running{where}. Stop it with: assay down", web_url=state and state.web_url)


async def _welcome(database_url: str) -> None:
    database = Database(database_url)
    try:
        await retry_until_available(partial(ensure_first_admin, database), what="the database")
    finally:
        await database.close()


def _serve(settings: Settings, found: Services, listener: socket.socket, host: str, jobs: Jobs) -> None:
    cut_off_the_stuck(listener)
    hosts = ("*",) if host not in LOOPBACK else LOOPBACK
    app = create_app(settings, found.database_url, found.nats_url, hosts=hosts)
    address = web_address(host, listener.getsockname()[1])

    async def welcome() -> None:
        if found.owned:
            record_web(settings.assay_home, address)
        open_it = "assay open" if found.owned else f"assay open --address {address}"
        say(f"Assay is running at {address} (sign in with: {open_it}; stop with Ctrl-C, or: assay down)")
        await _welcome(found.database_url)

    with (
        exporting(settings.otel_exporter_otlp_endpoint, "up" if jobs is not _no_jobs else "api"),
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(_run(make_server(app), listener, jobs, welcome))


async def _run(server: Server, listener: socket.socket, jobs: Jobs, welcome: Callable[[], Awaitable[None]]) -> None:
    """The web app stops first, then the scheduler, then the worker: the reverse of the order in which they begin."""
    async with jobs() as receiver:

        def stop() -> None:
            server.should_exit = True

        on_stop(stop, receiver)
        await welcome()
        await server.serve(sockets=[listener])
