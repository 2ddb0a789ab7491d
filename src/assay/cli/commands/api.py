"""The web app alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assay import settings as configuration
from assay.cli.listener import PREFERRED_PORT, listening
from assay.cli.logs import log_as_server
from assay.cli.session import ready
from assay.cli.settings_check import check_settings
from assay.cli.web_app import Host, Port, serve


def api(*, host: Host = "127.0.0.1", port: Port = PREFERRED_PORT) -> None:
    """Run the web app alone until Ctrl-C. Workers and schedulers run apart: assay worker, assay scheduler."""
    settings = configuration.load()
    log_as_server(settings)
    check_settings(settings)
    with listening(host, port) as listener, ready(for_clients=True) as found:
        serve("api", settings, found, listener, host=host, jobs=_no_jobs)


@asynccontextmanager
async def _no_jobs() -> AsyncIterator[None]:
    yield None
