"""A new PostgreSQL cluster: complete or absent."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

from assay import disk
from assay.errors import Unavailable
from assay.runtime.files import last_lines
from assay.runtime.process import spawn
from assay.runtime.unix_user import UnixUser

MAJOR = "18"
CLUSTER = f"postgres-{MAJOR}"
"""The folder of the cluster in a data folder."""
SUPERUSER = "assay"
IN_PLACE = "/proc/self/cwd"
"""The data folder as the server sees it: its working directory, entered while we were still root.

So the server's account never walks down to it, and a data folder below a private one works without touching that.
"""


def ensure(folder: Path, programs: Path, user: UnixUser | None, password: str) -> None:
    """Make the cluster unless it is there. Raises Unavailable when it cannot be made, or another PostgreSQL made it."""
    if not folder.exists():
        _create(folder, programs, user, password)
    version = (folder / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise Unavailable(
            f"{folder} was made by PostgreSQL {version} and this is PostgreSQL {MAJOR}: back it up with the old one, "
            "or set ASSAY_HOME to another folder."
        )


def _create(folder: Path, programs: Path, user: UnixUser | None, password: str) -> None:
    for half_done in folder.parent.glob(f"{folder.name}.init-*"):
        shutil.rmtree(half_done, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.init-", dir=folder.parent))
    if user:
        os.chown(fresh, user.uid, user.gid)
    _initdb(fresh, programs, user, password)
    with (fresh / "postgresql.conf").open("a") as config:
        config.write("\ninclude_if_exists = 'embedded.conf'\n")
    fresh.rename(folder)


def _initdb(folder: Path, programs: Path, user: UnixUser | None, password: str) -> None:
    output = folder.parent / "initdb.out"
    with _readable_by_all(password) as descriptor:
        command = [
            *(str(programs / "initdb"), "-D", IN_PLACE, "-U", SUPERUSER, f"--pwfile=/proc/self/fd/{descriptor}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        child = spawn(command, folder=folder, output=output, on_our_death=SIGKILL, user=user, keep=[descriptor])
        if child.wait() != 0:
            reason = disk.full(folder) or last_lines(output)
            raise Unavailable(f"A new PostgreSQL cluster could not be created in {folder.parent}: {reason}")


@contextmanager
def _readable_by_all(password: str) -> Iterator[int]:
    """A file in memory: another account can open it through the inherited descriptor, and nothing is left on disk."""
    descriptor = os.memfd_create("password")
    try:
        os.write(descriptor, password.encode())
        yield descriptor
    finally:
        os.close(descriptor)
