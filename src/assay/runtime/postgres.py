"""The embedded PostgreSQL."""

import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from assay.errors import Unavailable
from assay.runtime import binaries, cluster, sql
from assay.runtime.files import begin_anew, fatal_line, last_lines, secret, write_private
from assay.runtime.process import Steps, marker, remove_strays, spawn
from assay.runtime.server import Server
from assay.runtime.unix_user import server_user

if TYPE_CHECKING:  # slow to import, and most commands find a server that runs
    import psycopg

DATABASE = "assay"
_SOCKET_PORT = 5432
_MAX_SOCKET_PATH = 100
_ROOMY_SHARED_MEMORY = 1 << 30
_MB = 1 << 20
_MIN_BUFFERS, _MAX_BUFFERS = 128 * _MB, 4096 * _MB
_MEMORY_LIMITS = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"

SETTINGS = {
    "max_connections": "60",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "bgwriter_delay": "2s",  # it and the next look five times a second otherwise, however little there is to write
    "bgwriter_lru_maxpages": "1000",
    "wal_writer_delay": "2s",  # every commit writes its own
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # the detail of an error quotes the row
    "log_min_error_statement": "panic",  # and a statement what people wrote
    "log_checkpoints": "off",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql.log",
    "log_rotation_age": "0",  # it would bound the days, and no size
    "log_rotation_size": "0",
    "unix_socket_permissions": "0700",
}


class Postgres(Server):
    """Listens on a socket in its own data folder; where that path is too long, on a port of 127.0.0.1."""

    name = "PostgreSQL"
    farewell: ClassVar[Steps] = ((SIGINT, 30.0), (SIGQUIT, 5.0))  # a fast shutdown asked for during recovery can hang

    def __init__(self, home: Path) -> None:
        super().__init__(home / cluster.CLUSTER)
        self._user = server_user(self.folder)
        self._password_file = home / "postgres.password"
        self._password = secret(self._password_file)
        self._port_file = home / "postgres.port"
        self._port = _SOCKET_PORT
        self._programs = binaries.postgres_folder(self._user)

    def _socket_fits(self) -> bool:
        return len(os.fsencode(self.folder / f".s.PGSQL.{_SOCKET_PORT}")) <= _MAX_SOCKET_PATH

    def url(self, database: str = DATABASE) -> str:
        """For libpq and SQLAlchemy alike; holds the password."""
        who = f"{cluster.SUPERUSER}:{self._password}"
        if self._socket_fits():
            return f"postgresql://{who}@/{database}?host={quote(str(self.folder))}"
        return f"postgresql://{who}@127.0.0.1:{self._port}/{database}"

    def prepare(self) -> None:
        """Make the cluster at the first start; at every start choose the address and write our settings."""
        cluster.ensure(self.folder, self._programs, self._user, self._password)
        if not self._socket_fits():
            self._remove_strays()  # one of them may hold our port
            self._port = _free_port(self._port_file)
        settings = SETTINGS | self._address() | _shared_memory() | {"shared_buffers": _buffers(memory())}
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        write_private(self.folder / "embedded.conf", "".join(lines), self._user)

    def _address(self) -> dict[str, str]:
        if self._socket_fits():
            return {"listen_addresses": "", "unix_socket_directories": "."}
        return {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(self._port)}

    def launch(self) -> None:
        self._remove_strays()
        # Both hold a pid, which a container gives again at once to somebody else. No server of this folder lives.
        for stale in (self.folder / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        command = [
            str(self._programs / "postgres"),
            "-D",
            cluster.IN_PLACE,
            "-c",
            f"cluster_name={marker(self.folder)}",
        ]
        self.child = spawn(command, folder=self.folder, output=self.output, on_our_death=SIGINT, user=self._user)

    def _remove_strays(self) -> None:
        remove_strays("postgres", marker(self.folder), ((SIGINT, 10.0), (SIGQUIT, 5.0)))

    def ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        mine = self.child is not None and lines[:1] == [str(self.child.pid)]
        return mine and lines[7:8] == ["ready   "]

    def create_database(self) -> str:
        """Make our database unless it is there; gives the version of the server."""
        from psycopg.sql import SQL, Identifier

        with self._connection() as connection:
            known = connection.execute(sql.DATABASE_EXISTS, [DATABASE])
            if known.fetchone() is None:
                connection.execute(SQL(sql.CREATE_DATABASE).format(Identifier(DATABASE)))
            return connection.info.parameter_status("server_version") or cluster.MAJOR

    def _connection(self) -> "psycopg.Connection":
        import psycopg

        try:
            return psycopg.connect(self.url("postgres"), autocommit=True)
        except psycopg.OperationalError as error:
            raise Unavailable(
                f"PostgreSQL in {self.folder} rejects the password, although {self._password_file} should hold its "
                f"password: {' '.join(str(error).split())}"
            ) from None

    def look_after(self) -> None:
        begin_anew(self.folder / "log" / "postgresql.log")

    def last_words(self) -> str:
        """From the server's log, or from its output when it ended before it opened the log."""
        logs = self.folder.glob("log/*.log")
        log = max((self.output, *logs), key=lambda path: path.stat().st_mtime)
        words = fatal_line(log) or last_lines(log)
        return f"{words.replace(cluster.IN_PLACE, str(self.folder))} (in {log})"


def _free_port(record: Path) -> int:
    """The port of last time while nobody else uses it, so that clients of a dead owner find the next one."""
    with suppress(OSError, ValueError), socket.create_server(("127.0.0.1", int(record.read_text()))) as probe:
        return int(probe.getsockname()[1])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        write_private(record, str(probe.getsockname()[1]))
        return int(probe.getsockname()[1])


def _shared_memory() -> dict[str, str]:
    """A container's /dev/shm of 64 MB is too small for the parallel build of a vector index."""
    roomy = Path("/dev/shm").is_dir() and shutil.disk_usage("/dev/shm").free >= _ROOMY_SHARED_MEMORY  # noqa: S108
    return {"dynamic_shared_memory_type": "posix" if roomy else "mmap"}


def memory() -> int:
    """Bytes that this machine has, or as many as its container may use."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in map(Path, _MEMORY_LIMITS):
        with suppress(OSError, ValueError):  # there is no such file, or it says "max"
            found.append(int(limit.read_text()))
    return min(found)


def _buffers(memory: int) -> str:
    """An eighth of the memory. A search in a graph of vectors that lies outside reads ten thousand pages into it."""
    return f"{min(max(memory // 8, _MIN_BUFFERS), _MAX_BUFFERS) // _MB}MB"
