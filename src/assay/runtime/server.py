"""What PostgreSQL and NATS have in common as servers of ours."""

import re
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Final

import structlog

from assay import disk
from assay.errors import Unavailable
from assay.runtime.files import last_lines
from assay.runtime.process import Child, Steps, stop, wait_for

log = structlog.get_logger(__name__)


DAMAGED: Final = re.compile("could not (find|locate|open|read)|invalid checkpoint|corrupt|PANIC: ")


class Server(ABC):
    """One embedded server with its data in `folder`."""

    name: ClassVar[str]
    farewell: ClassVar[Steps]
    """How it is stopped, from gentle to rough."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder.with_name(folder.name + ".out")
        self.child: Child | None = None

    @abstractmethod
    def launch(self) -> None:
        """Start the process on the address it had before, after removing what a dead predecessor left."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the process that was launched answers."""

    @property
    def gone(self) -> bool:
        return self.child is not None and self.child.poll() is not None

    @property
    def stuck(self) -> bool:
        """Whether it lives and has to be started anew all the same."""
        return False

    def look_after(self) -> None:  # noqa: B027  # most need nothing
        """What is to be done now and then while it lives."""

    def await_ready(self, deadline: float) -> None:
        """Until `deadline` on the monotonic clock. Raises Unavailable with the server's own last words."""
        wait_for(lambda: self.gone or self.ready(), deadline - time.monotonic())
        if self.gone:
            raise self.ended("did not start")
        if not self.ready():
            raise Unavailable(f"{self.name} in {self.folder} was not ready in time; see {self.output}.")

    def ended(self, how: str) -> Unavailable:
        """What to raise about its end: its own last words, and what to do where its disk is full."""
        words = f"{self.name} {how}: {self.last_words()}"
        copy = f"Files are missing or damaged: put a copy of {self.folder.parent} in its place."
        remedy = disk.full(self.folder) or (copy if DAMAGED.search(words) else None)
        return Unavailable(f"{words}. {remedy}" if remedy else words)

    def last_words(self) -> str:
        return last_lines(self.output) or f"see {self.folder}"

    def stop(self, *, hurry: bool = False) -> None:
        """Wait until the process is gone. In a hurry the gentlest step is left out: nothing is lost by it, the next
        start repairs, and a PostgreSQL that is still recovering from a crash may never end a gentle stop."""
        if self.child is not None:
            stop(self.child, self.farewell[1:] if hurry else self.farewell)
            self.child = None


class Keeper:
    """Restarts one server when it crashes: at once, then after growing pauses, then no more."""

    pauses: ClassVar[tuple[float, ...]] = (0.0, 0.5, 1.0, 2.0, 4.0)
    steady_after: ClassVar[float] = 30.0
    """Seconds of life after which a crash counts as the first one again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._launched_at = time.monotonic()
        self._crashes = 0
        self._restart_at: float | None = None

    def tick(self) -> None:
        """Raises Unavailable when the server keeps crashing."""
        if not self._server.gone:
            self._server.look_after()
            self._start_anew_what_is_stuck()
            return
        if self._restart_at is None:
            self._restart_at = time.monotonic() + self._next_pause()
        if time.monotonic() >= self._restart_at:
            self._restart()

    def _start_anew_what_is_stuck(self) -> None:
        if self._server.stuck and time.monotonic() - self._launched_at > self.steady_after:
            log.warning("server_stuck", server=self._server.name)
            self._server.stop()
            self._restart()

    def _next_pause(self) -> float:
        if time.monotonic() - self._launched_at > self.steady_after:
            self._crashes = 0
        self._crashes += 1
        if self._crashes > len(self.pauses):
            if not disk.full(self._server.folder):
                raise self._server.ended(f"crashed {self._crashes} times in a row")
            self._crashes = len(self.pauses)  # it goes on by itself when somebody has made room
        log.warning("server_crashed", server=self._server.name, crashes=self._crashes)
        return self.pauses[self._crashes - 1]

    def _restart(self) -> None:
        self._server.launch()
        self._launched_at, self._restart_at = time.monotonic(), None
