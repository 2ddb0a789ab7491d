"""What the processes share that run apart: their settings, their servers, and how they are told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

import assay.jobs  # noqa: F401  # registers the jobs
from assay import settings as configuration
from assay.cli.logs import log_as_server
from assay.cli.session import ready
from assay.cli.settings_check import check_settings
from assay.queue.deps import Deps, make_deps
from assay.queue.worker import Worker
from assay.tracing import exporting

Drain = Annotated[
    float,
    Parameter(help="Seconds that running jobs have to finish before they are handed over.", validator=Number(gte=0)),
]


def on_stop(stop: Callable[[], None], receiver: Worker | None = None) -> None:
    """Calls `stop` at each SIGTERM or Ctrl-C. From the second on the receiver also hands over what it runs, at once."""
    told: list[asyncio.Task[None] | None] = []

    def react() -> None:
        again = bool(told) and receiver is not None
        told.append(asyncio.create_task(receiver.hand_over()) if again and receiver else None)
        stop()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, react)


async def until_told_to_stop(receiver: Worker | None = None) -> None:
    """Ends at SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    on_stop(stop.set, receiver)
    await stop.wait()


def serve(process: str, act: Callable[[Deps, str], Awaitable[None]]) -> None:
    """Runs `act` with what jobs depend on and the address of NATS, until it ends or Ctrl-C."""
    settings = configuration.load()
    log_as_server(settings)
    check_settings(settings)
    with (
        ready(for_clients=True) as found,
        exporting(settings.otel_exporter_otlp_endpoint, process),
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(_with_deps(make_deps(settings, found.database_url), found.nats_url, act))


async def _with_deps(deps: Deps, nats_url: str, act: Callable[[Deps, str], Awaitable[None]]) -> None:
    try:
        await act(deps, nats_url)
    finally:
        await deps.database.close()
