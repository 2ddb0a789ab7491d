"""Who may run the servers of a data folder: whoever holds the kernel's lock on the folder itself.

The kernel frees the lock when its holder dies. There is no lock file that could be deleted under a living owner.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from assay import disk
from assay.errors import Unavailable
from assay.runtime.files import OTHERS, close_to_others, make_folder

OURS: Final = frozenset({"guests.lock", "nats.token", "postgres.password", "assay.log", "reembed.log"})
"""Any of these makes a folder one of Assay's."""

_held: set["HomeLock"] = set()


def _forget_after_fork() -> None:
    # A fork inherits the lock. It would keep it after the owner's death, and must not stop its parent's servers.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_after_fork)


def prepare(home: Path) -> None:
    """Make the data folder. Raises Unavailable when it cannot be made or written."""
    try:
        make_folder(home)
        _keep_to_ourselves(home)
    except OSError as error:
        raise unusable(home, error) from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise Unavailable(f"The data folder {home} cannot be used: it is not writable; set ASSAY_HOME to another.")


def _keep_to_ourselves(home: Path) -> None:
    """Closes the folder to others, who could read in it, or hold its lock. Raises Unavailable where it is not ours
    to close: it holds other things, and none of Assay's."""
    if home.stat().st_mode & OTHERS == 0:
        return
    names = {each.name for each in home.iterdir()} - {"lost+found"}
    if names and not names & OURS:
        raise Unavailable(f"The data folder {home} holds other files: set ASSAY_HOME to a folder for Assay alone.")
    with suppress(PermissionError):  # it belongs to somebody else, who lets us in
        close_to_others(home)


def unusable(home: Path, error: OSError) -> Unavailable:
    """Another folder is no help where the disk is full: what Assay knows is in this one."""
    if error.errno in disk.NO_ROOM:
        return Unavailable(disk.full(home) or f"The disk of {home} is full: {disk.REMEDY}")
    reason = "it is a file" if os.path.isfile(home) else (error.strerror or str(error)).lower()  # noqa: PTH113  # that raises
    if error.filename and Path(error.filename) != home:
        reason += f" ({error.filename})"
    return Unavailable(f"The data folder {home} cannot be used: {reason}; set ASSAY_HOME to another.")


class HomeLock:
    """The right to run the servers of `home`, until released or until this process dies."""

    def __init__(self, home: Path, descriptor: int) -> None:
        self._home = home
        self._descriptor = descriptor
        _held.add(self)

    @classmethod
    def try_take(cls, home: Path) -> Self | None:
        """None when another owner lives, be it in this process."""
        descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        if not _try_flock(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            return None
        return cls(home, descriptor)

    @property
    def held(self) -> bool:
        return self in _held

    def in_place(self) -> bool:
        """False when the folder we own was deleted, moved, or replaced by another."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._home.stat())
        except OSError:
            return False

    def release(self) -> None:
        if self.held:
            _held.discard(self)
            os.close(self._descriptor)


def is_owned(home: Path) -> bool:
    """Whether some process holds the lock now."""
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return not _try_flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _try_flock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
