"""PostgreSQL's own tools, told by a file in memory where the database is: no password stands in a list of processes."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from assay.errors import InvalidInput, Unavailable, covered

NEWEST_SERVER: Final = 18
"""The major version of the tools that come with Assay: they read no newer server."""
_SERVICE: Final = "assay"


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of the tools, and the database that they are to work on."""

    folder: Path
    url: URL

    @contextmanager
    def dump(self, snapshot: str) -> Iterator[IO[bytes]]:
        """What pg_dump writes of the moment that another connection holds. Raises Unavailable where it fails."""
        words = ["pg_dump", "--format=custom", "--compress=gzip:1", "--no-owner", "--no-privileges", "--no-password"]
        words += ["--no-unlogged-table-data", f"--snapshot={snapshot}", f"--dbname=service={_SERVICE}"]
        with self._running(words, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None  # noqa: S101  # for the types: it was asked for
            yield child.stdout

    @contextmanager
    def restore(self) -> Iterator[IO[bytes]]:
        """Where pg_restore reads from. Raises Unavailable where it fails."""
        words = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--no-password"]
        with self._running([*words, f"--dbname=service={_SERVICE}"], stdin=subprocess.PIPE) as child:
            assert child.stdin is not None  # noqa: S101  # as above
            yield child.stdin

    @contextmanager
    def _running(self, words: Sequence[str], **pipes: int) -> Iterator["subprocess.Popen[bytes]"]:
        with TemporaryFile() as said, self._address() as service:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
            child = subprocess.Popen(
                [str(self.folder / words[0]), *words[1:]],
                env=environment | {"PGSERVICEFILE": f"/proc/self/fd/{service}", "PGAPPNAME": "assay"},
                stderr=said,
                pass_fds=[service],
                **pipes,  # type: ignore[call-overload]  # one of the two
            )
            try:
                yield child
                _conclude(child, words[0], said)
            except BrokenPipeError:
                _conclude(child, words[0], said)
            finally:
                _end(child)

    @contextmanager
    def _address(self) -> Iterator[int]:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        lines = [f"{name}={value}\n" for name, value in conninfo_to_dict(plain).items()]
        if any("\n" in each[:-1] for each in lines):
            raise InvalidInput("DATABASE_URL holds a line break.")
        descriptor = os.memfd_create("service")
        try:
            os.write(descriptor, f"[{_SERVICE}]\n{''.join(lines)}".encode())
            yield descriptor
        finally:
            os.close(descriptor)


def _conclude(child: "subprocess.Popen[bytes]", name: str, said: IO[bytes]) -> None:
    if child.stdin:
        child.stdin.close()
    if child.wait() != 0:
        said.seek(0)
        lines = said.read(10_000).decode(errors="replace").strip().splitlines()
        reason = lines[0].removeprefix(f"{name}: error: ") if lines else f"it ended with {child.returncode}"
        raise Unavailable(f"{name} failed: {covered(reason)}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Nothing of it stays, whatever became of us."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    child.wait()
