"""The file of a backup: the head, the dump, and a last line with the checksum of all before it.

It has its name only when it is whole. Whatever dies before leaves a file that ends in `.part`; the next overwrites it.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from assay.backup.head import MAX_BYTES, Head
from assay.errors import Conflict, InvalidInput

PART: Final = ".part"
PORTION: Final = 2**20
_END: Final = re.compile(rb"\nassay-backup-end sha256 ([0-9a-f]{64})\n")
END_BYTES: Final = len(b"\nassay-backup-end sha256 ") + 64 + 1


class Sink:
    """Where head and dump are written to, and summed up."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._sum.update(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def end(self) -> None:
        """Writes the checksum, and waits until all of it is on the disk."""
        self._file.write(f"\nassay-backup-end sha256 {self._sum.hexdigest()}\n".encode())
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def written(path: Path) -> Iterator[Sink]:
    """A new file for the length of the block, in place at its end. Only its owner may read it.

    Raises InvalidInput where something has that name or it cannot be written, and Conflict where another process
    writes it.
    """
    refuse_taken(path)
    part = path.with_name(path.name + PART)
    try:
        with _opened_alone(part) as file:
            try:
                sink = Sink(file)
                yield sink
                sink.end()
                _put_in_place(part, path)
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None


def refuse_taken(path: Path) -> None:
    """Raises InvalidInput."""
    if os.path.lexists(path):
        raise InvalidInput(f"{path} is there already, and is not overwritten: name a file that is not.")
    if not path.parent.is_dir():
        raise InvalidInput(f"There is no folder {path.parent}.")


def _opened_alone(part: Path) -> BinaryIO:
    file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Conflict(f"Another process writes {part} at this moment.") from None
    os.fchmod(file.fileno(), 0o600)
    file.truncate(0)
    return file


def _put_in_place(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # unlike a renaming, it never replaces what came there meanwhile
    except FileExistsError:
        refuse_taken(path)
    except PermissionError:  # a file system without links
        part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def is_backup(path: Path) -> bool:
    """Whether its first line says so, whole or not. Raises InvalidInput where it cannot be read."""
    with _open(path) as file:
        return Head.read(file.readline(MAX_BYTES)) is not None


@dataclass(slots=True)
class WholeBackup:
    """A backup that was read to its end and is as it was written."""

    path: Path
    head: Head
    body: "Body"


class Body:
    """The dump within the file, for whoever reads from a file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file = file
        self._left = length

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def whole(path: Path) -> Iterator[WholeBackup]:
    """Reads all of it once, and lets it be read again for the length of the block.

    Raises InvalidInput where it is none, was cut off or changed, or was written in a form that is not known here.
    """
    with _open(path) as file:
        line = file.readline(MAX_BYTES)
        head = Head.read(line)
        if head is None:
            raise InvalidInput(f"{path} is no backup of Assay.")
        end = os.fstat(file.fileno()).st_size - END_BYTES
        _compare(path, file, end)
        file.seek(len(line))
        yield WholeBackup(path, head, Body(file, end - len(line)))


def _compare(path: Path, file: IO[bytes], end: int) -> None:
    file.seek(0)
    rest, found = Body(file, max(end, 0)), hashlib.sha256()
    while data := rest.read(PORTION):
        found.update(data)
    last = _END.fullmatch(file.read())
    if last is None:
        raise InvalidInput(f"{path} is not whole: its last line, the checksum, is missing. It was cut off or changed.")
    if last[1].decode() != found.hexdigest():
        raise InvalidInput(f"{path} is damaged: it was changed since it was written, for its checksum differs.")


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def remove_parts(folder: Path) -> None:
    """What killed processes left there. What somebody still writes is left alone."""
    for part in folder.glob(f"*.backup{PART}"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
