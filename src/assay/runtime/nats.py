"""The embedded NATS server with JetStream."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGTERM
from typing import ClassVar, Final

from assay import disk
from assay.errors import Unavailable
from assay.runtime import binaries, files
from assay.runtime.files import last_lines, secret, write_private
from assay.runtime.process import Steps, marker, remove_strays, spawn
from assay.runtime.server import Server

_ANY_PORT = -1
STORE_GIVEN_UP: Final = re.compile(b"(?i)no space left on device|quota exceeded|critical write error|will be DISABLED")


class Nats(Server):
    """Listens on a port of 127.0.0.1: the server picks a free one the first time and keeps it."""

    name = "NATS"
    farewell: ClassVar[Steps] = ((SIGTERM, 10.0),)

    def __init__(self, home: Path) -> None:
        super().__init__(home / "nats")
        self._program = binaries.nats_server()
        self._token = secret(home / "nats.token")
        self._port_file = home / "nats.port"
        self._port = _ANY_PORT
        self._log = home / "nats" / "nats.log"
        self._read_to = 0
        self._gave_up = False

    def url(self) -> str:
        """Holds the token; valid once the server was ready."""
        return f"nats://{self._token}@127.0.0.1:{self._port}"

    def start(self, deadline: float) -> None:
        """Ready until `deadline`, on the port of last time unless somebody else has taken it."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._port = _port_of_last_time(self._port_file)
        try:
            self._start_on_port(deadline)
        except Unavailable:
            if self._port == _ANY_PORT:
                raise
            self.stop()
            self._port = _ANY_PORT
            self._start_on_port(deadline)
        write_private(self._port_file, str(self._port))

    def _start_on_port(self, deadline: float) -> None:
        self.launch()
        self.await_ready(deadline)
        self._port = self._port_in_use()

    def launch(self) -> None:
        self._gave_up, self._read_to = False, self._length_of_log()
        mark = marker(self.folder)
        remove_strays("nats-server", mark, self.farewell)
        for stale in self.folder.glob("*.ports"):
            stale.unlink()
        write_private(self.folder / "nats.conf", self._config())
        with _store_lock(self.folder) as descriptor:
            self.child = spawn(
                [self._program, "--config", str(self.folder / "nats.conf"), "--name", mark],
                folder=self.folder,
                output=self.output,
                on_our_death=SIGTERM,
                keep=[descriptor],
            )

    def _config(self) -> str:
        return f"""\
listen: "127.0.0.1:{self._port}"
authorization {{ token: "{self._token}" }}
ports_file_dir: "."
log_file: "nats.log"
logfile_size_limit: {files.MAX_LOG_BYTES}
logfile_max_num: 2
jetstream {{ store_dir: ".", max_mem: 64MB, max_file: 2GB, sync_interval: "1s" }}
"""

    def ready(self) -> bool:
        return self._port_in_use() != _ANY_PORT

    @property
    def stuck(self) -> bool:
        """Whether it takes nothing any more although there is room: what it could not write once, it never tries again.

        Where its disk is full it cannot even log that, so that a full disk counts by itself.
        """
        full = disk.full(self.folder) is not None
        self._gave_up |= full or self._said_that_it_gave_up()
        return self._gave_up and not full

    def _said_that_it_gave_up(self) -> bool:
        begin, self._read_to = self._read_to, self._length_of_log()
        if begin == self._read_to:
            return False
        with self._log.open("rb") as log:
            log.seek(begin if begin < self._read_to else 0)  # it begins anew when it is long
            return STORE_GIVEN_UP.search(log.read()) is not None

    def _length_of_log(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def _port_in_use(self) -> int:
        """As the server itself reports it."""
        reports = self.folder.glob(f"*_{self.child.pid}.ports") if self.child else ()
        try:
            report = json.loads(next(iter(reports)).read_text())
        except (StopIteration, ValueError):  # not written yet, or not to its end
            return _ANY_PORT
        return int(report["nats"][0].rpartition(":")[2])

    def last_words(self) -> str:
        return last_lines(self._log) or super().last_words()


def _port_of_last_time(record: Path) -> int:
    with suppress(FileNotFoundError, ValueError):  # a start that was cut short, or a damaged file, is no obstacle
        return int(record.read_text())
    return _ANY_PORT


@contextmanager
def _store_lock(folder: Path) -> Iterator[int]:
    """A lock on the store, which nats-server does not take itself: inherited, it lasts exactly as long as the child."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    except BlockingIOError:
        raise Unavailable(f"Another NATS server uses {folder}: stop it first.") from None
    finally:
        os.close(descriptor)
