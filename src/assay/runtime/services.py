"""The servers of this process: those that are set, and for what is not set the embedded ones."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from assay.errors import AssayError
from assay.runtime import clients, ownership
from assay.runtime.state import RunningState, Services, in_use, lives, record_web, running
from assay.settings import Settings

if TYPE_CHECKING:  # who names both servers needs none of it
    from assay.runtime.supervisor import Supervisor

__all__ = ["RunningState", "Services", "in_use", "lives", "record_web", "running", "services"]

log = structlog.get_logger(__name__)

_SECONDS_BETWEEN_LOOKS = 2.0
"""At the data folder and the program. A server that crashes is seen at once."""


def ask_process_to_end() -> None:
    """The servers are gone and cannot come back: let the process end as if it had been told to."""
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def services(
    settings: Settings, on_loss: Callable[[], None] = ask_process_to_end, *, for_clients: bool = False
) -> Iterator[Services]:
    """The servers for the length of the block; what this process started, it stops at the end.

    `for_clients`: the servers are there for other processes, and stop although those may still use them; without it,
    the end of the block waits for the others. If our servers are lost for good meanwhile, `on_loss` is called from
    another thread, and the block ends with the error that says why. Raises Unavailable or BrokenServer when they do
    not start.
    """
    database_url, nats_url = _plain(settings.database_url), _plain(settings.nats_url)
    if database_url and nats_url:
        yield Services(database_url, nats_url, owned=False)
        return
    from assay.runtime.supervisor import Supervisor

    ownership.prepare(settings.assay_home)
    supervisor = Supervisor(settings.assay_home, database_url=database_url, nats_url=nats_url)
    with ExitStack() as register:
        try:
            register.enter_context(clients.register(settings.assay_home))
        except OSError as error:
            raise ownership.unusable(settings.assay_home, error) from None
        found = supervisor.start()
        if not found.owned:
            yield found
            return
        register.close()
        with _watched(supervisor, on_loss):
            yield found
            if not for_clients:
                with clients.exclude(settings.assay_home):
                    supervisor.stop()


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


@contextmanager
def _watched(supervisor: "Supervisor", on_loss: Callable[[], None]) -> Iterator[None]:
    done, losses = threading.Event(), list[AssayError]()
    awake, wake = os.pipe()

    def keep_watch() -> None:
        try:
            while not done.is_set():
                supervisor.watch()
                supervisor.rest(_SECONDS_BETWEEN_LOOKS, unless=awake)
        except AssayError as error:
            log.error("servers_lost", reason=str(error))  # noqa: TRY400  # the sentence says it all
            losses.append(error)
            on_loss()

    watcher = threading.Thread(target=keep_watch, name="assay-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        os.close(wake)
        watcher.join()
        os.close(awake)
        supervisor.stop()
    if losses:
        raise losses[0]
