"""Those who use servers that another process runs. A short-lived owner waits for them before it stops the servers.

Each client holds a shared lock on one file, which the kernel frees when the client dies.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from assay.runtime.files import make_folder, open_private


@contextmanager
def register(home: Path) -> Iterator[None]:
    """Counts as a client for the length of the block."""
    with _opened(home) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def exclude(home: Path) -> Iterator[None]:
    """Waits until the last guest has gone, and lets none in for the length of the block."""
    with _opened(home) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _opened(home: Path) -> IO[bytes]:
    make_folder(home)
    return open_private(home / "guests.lock", append=True)
