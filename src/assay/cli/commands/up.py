"""Everything in one process, on this machine."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from assay import settings as configuration
from assay.background_tasks import background
from assay.cli.listener import PREFERRED_PORT, listening
from assay.cli.logs import log_as_server
from assay.cli.processes import Drain
from assay.cli.session import ready
from assay.cli.settings_check import check_settings
from assay.cli.web_app import Host, Port, serve
from assay.errors import Conflict
from assay.messaging.relay import relay
from assay.queue.alerting import telling
from assay.queue.deps import Deps, make_deps
from assay.queue.processes import DRAIN_SECONDS, connected_broker, scheduling, working
from assay.queue.worker import Worker
from assay.runtime.services import Services, running
from assay.settings import Settings

PASSING_SECONDS: Final = 60


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
        serve("up", settings, found, listener, host=host, jobs=partial(_jobs, deps, found.nats_url, drain))


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
