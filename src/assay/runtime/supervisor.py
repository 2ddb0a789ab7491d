"""One owner per data folder runs the servers; everybody else attaches to them."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

import structlog

from assay.clock import now
from assay.errors import AssayError, BrokenServer, Unavailable
from assay.runtime import binaries, ownership, selftest, state
from assay.runtime.cluster import CLUSTER
from assay.runtime.files import close_all_to_others
from assay.runtime.nats import Nats
from assay.runtime.ownership import HomeLock
from assay.runtime.postgres import Postgres
from assay.runtime.process import await_end, start_time
from assay.runtime.server import Keeper, Server
from assay.runtime.state import Services

log = structlog.get_logger(__name__)


PROGRAM: Final = Path(__file__)
"""Stands for the whole installation: what runs from a removed one could neither restart a server nor answer."""


class Supervisor:
    """The embedded servers of `home`. A server whose URL is given is not ours: it is neither started nor stopped."""

    def __init__(self, home: Path, *, database_url: str | None = None, nats_url: str | None = None) -> None:
        self.home = home.absolute()
        self._database_url, self._nats_url = database_url, nats_url
        self._guard = threading.RLock()
        self._lock: HomeLock | None = None
        self._servers: list[Server] = []
        self._keepers: list[Keeper] = []
        self._services: Services | None = None

    def start(self, timeout: float = 120) -> Services:
        """Become the owner, or attach to the one that lives, waiting while it starts. Safe to call twice.

        Raises Unavailable after `timeout` seconds or when a server does not start, BrokenServer when it never will.
        """
        if sys.platform != "linux":
            raise BrokenServer("The embedded servers run on Linux only: set DATABASE_URL and NATS_URL to your own.")
        deadline = time.monotonic() + timeout
        ownership.prepare(self.home)
        try:
            return self._own_or_attach(deadline)
        except OSError as error:
            raise ownership.unusable(self.home, error) from error

    def _own_or_attach(self, deadline: float) -> Services:
        while True:
            with self._guard:
                if self._services and self._owns():
                    return self._services
                if lock := HomeLock.try_take(self.home):
                    return self._start_owned(lock, deadline)
            if found := state.running(self.home):
                return self._attach(found)
            if time.monotonic() > deadline:
                raise Unavailable(f"Another process owns {self.home}, and its servers were not ready in time.")
            time.sleep(0.02)

    def _owns(self) -> bool:
        return self._lock is not None and self._lock.held

    def _attach(self, found: state.RunningState) -> Services:
        database_url, nats_url = self._database_url or found.database_url, self._nats_url or found.nats_url
        if database_url is None or nats_url is None:
            missing = "DATABASE_URL" if database_url is None else "NATS_URL"
            raise Unavailable(
                f"Process {found.owner_pid}, which runs the servers of {self.home}, was given its own {missing}: "
                f"set {missing} here too."
            )
        return Services(database_url, nats_url, owned=False)

    def _start_owned(self, lock: HomeLock, deadline: float) -> Services:
        self._lock = lock
        try:
            state.state_file(self.home).unlink(missing_ok=True)
            close_all_to_others(self.home, but_not_in=self.home / CLUSTER)
            found = self._start_servers(deadline)
            self._keepers = [Keeper(server) for server in self._servers]
            state.write(self.home, found)
        except BaseException:
            self._stop_servers(hurry=True)
            raise
        log.info("servers_started", home=str(self.home), versions=found.versions)
        self._services = Services(
            self._database_url or found.database_url or "", self._nats_url or found.nats_url or "", owned=True
        )
        return self._services

    def _start_servers(self, deadline: float) -> state.RunningState:
        urls: dict[str, str] = {}
        versions: dict[str, str] = {}
        if self._nats_url is None:
            urls["nats"], versions["nats"] = self._start_nats(deadline)
        if self._database_url is None:
            urls["postgres"], versions["postgres"] = self._start_postgres(deadline)
        pid = os.getpid()
        return state.RunningState(pid, start_time(pid) or 0, now(), urls.get("postgres"), urls.get("nats"), versions)

    def _start_nats(self, deadline: float) -> tuple[str, str]:
        nats = Nats(self.home)
        self._servers.append(nats)
        nats.start(deadline)
        return nats.url(), binaries.version(binaries.NATS_WHEEL)

    def _start_postgres(self, deadline: float) -> tuple[str, str]:
        postgres = Postgres(self.home)
        self._servers.append(postgres)
        postgres.prepare()
        postgres.launch()
        postgres.await_ready(deadline)
        version = postgres.create_database()
        selftest.ensure_passed(postgres.url("postgres"), self.home / "selftest")
        return postgres.url(), version

    def watch(self) -> None:
        """One tick of the owner: restart what crashed. Call it after each `rest`, from any thread.

        Raises Unavailable, with every server stopped, when a server keeps crashing, or when the data
        folder or the program was removed.
        """
        with self._guard:
            if not self._owns():
                return
            try:
                self._look_after_servers()
            except AssayError:
                self.stop()
                raise

    def rest(self, seconds: float, *, unless: int) -> None:
        """Sleeps until a server crashes, but no longer than that, nor when something is to be read from `unless`."""
        await_end([server.child for server in self._servers if server.child], seconds, unless=unless)

    def _look_after_servers(self) -> None:
        self._require_home()
        self._require_program()
        try:
            for keeper in self._keepers:
                keeper.tick()
        except OSError as error:
            raise ownership.unusable(self.home, error) from error

    def _require_home(self) -> None:
        if not (self._in_place() and state.state_file(self.home).exists()):
            raise Unavailable(f"The data folder {self.home} was removed, so its servers were stopped.")

    def _require_program(self) -> None:
        try:
            PROGRAM.stat()
        except FileNotFoundError:
            raise Unavailable("The program was removed while it ran, so its servers were stopped.") from None
        except OSError:
            return  # it is there, and this account may not see it

    def _in_place(self) -> bool:
        return self._lock is not None and self._lock.in_place()

    def stop(self) -> None:
        """Stop the servers in order and give the folder free. Does nothing unless this process is the owner."""
        with self._guard:
            if self._owns():
                self._stop_servers(hurry=not self._in_place())

    def _stop_servers(self, *, hurry: bool) -> None:
        if self._in_place():
            state.state_file(self.home).unlink(missing_ok=True)
        for server in self._servers:
            server.stop(hurry=hurry)
        self._servers, self._keepers, self._services = [], [], None
        if self._lock:
            self._lock.release()
