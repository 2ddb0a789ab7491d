"""The processes that run apart: the web app, workers, schedulers."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

import assay.jobs  # noqa: F401  # registers the jobs
from assay import settings as configuration
from assay.aio import background
from assay.cli.checking import check_settings
from assay.cli.logs import log_as_server
from assay.cli.output import say
from assay.cli.session import ready
from assay.messaging.relay import relay
from assay.queue.alerting import telling
from assay.queue.deps import Deps, make_deps
from assay.queue.processes import CONCURRENCY, DRAIN_SECONDS, connected_broker, scheduling, working
from assay.queue.worker import Worker
from assay.tracing import exporting

Concurrency = Annotated[int, Parameter(help="Jobs that run at a time.", validator=Number(gte=1, lte=64))]
Drain = Annotated[
    float, Parameter(help="Seconds that running jobs get to end; then they are handed over.", validator=Number(gte=0))
]


def worker(*, concurrency: Concurrency = CONCURRENCY, drain: Drain = DRAIN_SECONDS) -> None:
    """Run jobs from the queue until SIGTERM or Ctrl-C; a second one cuts the wait for running jobs short."""

    async def work(deps: Deps, nats_url: str) -> None:
        async with (
            telling(deps, nats_url),
            connected_broker(deps, nats_url, "assay worker") as broker,
            working(broker, deps, concurrency=concurrency, drain=drain) as receiver,
            background(relay(deps.database, nats_url)),
        ):
            say("This worker takes jobs from the queue (stop with Ctrl-C).")
            await _until_told_to_stop(receiver)

    _serve("worker", work)


def scheduler() -> None:
    """Fire the schedules of the jobs until SIGTERM or Ctrl-C. Any number may run; each tick fires once."""

    async def schedule(deps: Deps, nats_url: str) -> None:
        async with (
            telling(deps, nats_url),
            connected_broker(deps, nats_url, "assay scheduler") as broker,
            scheduling(broker, deps),
        ):
            say("This scheduler fires the jobs at their times (stop with Ctrl-C).")
            await _until_told_to_stop()

    _serve("scheduler", schedule)


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


async def _until_told_to_stop(receiver: Worker | None = None) -> None:
    stop = asyncio.Event()
    on_stop(stop.set, receiver)
    await stop.wait()


def _serve(process: str, act: Callable[[Deps, str], Awaitable[None]]) -> None:
    settings = configuration.load()
    log_as_server(settings)
    check_settings(settings)
    with (
        ready(for_clients=True) as found,
        exporting(settings.otel_exporter_otlp_endpoint, process),
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(_with_tools(make_deps(settings, found.database_url), found.nats_url, act))


async def _with_tools(deps: Deps, nats_url: str, act: Callable[[Deps, str], Awaitable[None]]) -> None:
    try:
        await act(deps, nats_url)
    finally:
        await deps.database.close()
