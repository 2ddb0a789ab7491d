"""The web app as a process: where it answers, and what runs beside it."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

from assay.cli.first_admin import ensure_first_admin
from assay.cli.listener import allow_many_connections, web_address
from assay.cli.output import say
from assay.cli.processes import on_stop
from assay.db.engine import Database
from assay.queue.retry import retry_until_available
from assay.queue.worker import Worker
from assay.runtime.services import Services, record_web
from assay.settings import Settings
from assay.tracing import exporting
from assay.web.app import create_app
from assay.web.server import Server, cut_off_the_stuck, make_server

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", "[::1]")

Host = Annotated[str, Parameter(help="The address to listen on.")]
Port = Annotated[int, Parameter(help="Port of the web app; 0 takes a free one.")]
Jobs: TypeAlias = Callable[[], AbstractAsyncContextManager[Worker | None]]
"""What runs beside the web app."""


def serve(process: str, settings: Settings, found: Services, listener: socket.socket, *, host: str, jobs: Jobs) -> None:
    """Runs the web app on the socket, with the jobs beside it, until it is told to stop."""
    allow_many_connections()
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
        exporting(settings.otel_exporter_otlp_endpoint, process),
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(_run(make_server(app), listener, jobs, welcome))


async def _welcome(database_url: str) -> None:
    database = Database(database_url)
    try:
        await retry_until_available(partial(ensure_first_admin, database), what="the database")
    finally:
        await database.close()


async def _run(server: Server, listener: socket.socket, jobs: Jobs, welcome: Callable[[], Awaitable[None]]) -> None:
    """The web app stops first, then the scheduler, then the worker: the reverse of the order in which they begin."""
    async with jobs() as receiver:

        def stop() -> None:
            server.should_exit = True

        on_stop(stop, receiver)
        await welcome()
        await server.serve(sockets=[listener])
