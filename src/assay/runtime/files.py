"""Folders and files that nobody but their owner may enter, read or lock, whatever the umask says."""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from assay.runtime.unix_user import UnixUser

MAX_LOG_BYTES = 20_000_000
"""Of a log in the data folder. Then it begins anew, and what it held is kept beside it until the next time."""
_MAX_TAIL_BYTES = 2000
WHY: Final = re.compile("FATAL: |PANIC: ")
OF_A_CLIENT: Final = re.compile("terminating connection|the database system is ")
OTHERS: Final = 0o077


def make_folder(path: Path) -> None:
    """Makes a private folder. One that exists is kept as it is."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)


def open_private(path: Path, *, append: bool = False) -> IO[bytes]:
    """Opens a file to be written anew or at its end. Who may not read it may not hold a lock on it either."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_APPEND if append else os.O_TRUNC)
    file = os.fdopen(os.open(path, flags, 0o600), "ab" if append else "wb")
    with suppress(PermissionError):  # somebody else's: it is as private as they made it
        os.fchmod(file.fileno(), 0o600)
    return file


def begin_anew(log: Path) -> None:
    """Empties a log that has grown too large, for whoever writes it by appending; its last content is kept beside it.

    Nothing is kept where there is no room, and what is no file of this account is left alone.
    """
    with suppress(OSError), os.fdopen(os.open(log, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
        if os.fstat(file.fileno()).st_size > MAX_LOG_BYTES:
            with suppress(OSError), open_private(log.with_name(f"{log.name}.1")) as kept:
                shutil.copyfileobj(file, kept)
            file.truncate(0)


def close_to_others(path: Path) -> None:
    """Takes from everybody but the owner what they may do with a file or folder that is there."""
    status = path.lstat()
    if not stat.S_ISLNK(status.st_mode) and status.st_mode & OTHERS:
        path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)


def close_all_to_others(folder: Path, *, but_not_in: Path) -> None:
    """The same for all that lies in a folder. What `but_not_in` holds is looked after by its own server."""
    for path in (folder, *_below(folder, but_not_in)):
        with suppress(FileNotFoundError, PermissionError):  # put away by a server meanwhile, or of somebody else
            close_to_others(path)


def _below(folder: Path, but_not_in: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        yield from (Path(place, name) for name in (*folders, *names))
        folders[:] = [each for each in folders if Path(place, each) != but_not_in]


def write_private(path: Path, text: str, user: UnixUser | None = None) -> None:
    """Put `text` in place at once: a reader sees the old content or the new one, never half of it."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        if user:
            os.fchown(file.fileno(), user.uid, user.gid)
        file.write(text)
    fresh.replace(path)


def secret(path: Path) -> str:
    """The password kept in `path`; made up at the first call."""
    if not path.exists():
        write_private(path, secrets.token_hex(24))
    return path.read_text()


def fatal_line(path: Path) -> str:
    """The last line of a server's log that says why it ended, behind the one that led to it; empty where none does."""
    lines = _end(path)
    why = [at for at, line in enumerate(lines) if WHY.search(line) and not OF_A_CLIENT.search(line)]
    return " ".join(lines[max(0, why[-1] - 1) : why[-1] + 1]) if why else ""


def last_lines(path: Path, count: int = 3) -> str:
    """The end of a log as one line for an error's sentence; empty when there is none."""
    return " ".join(_end(path)[-count:])


def _end(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MAX_TAIL_BYTES))
        return file.read().decode(errors="replace").splitlines()
