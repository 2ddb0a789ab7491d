"""Zip and tar archives: their members, read in place, within limits.

Nothing is ever extracted. What was made to do harm is refused in one sentence.
"""

import gzip
import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from assay.errors import InvalidInput
from assay.lines import BUFFER, GZIP, open_file

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_MEMBERS: Final = 100_000
MAX_BYTES: Final = 8 * 2**30
MAX_MEMBER_BYTES: Final = 2 * 2**30
MAX_RATIO: Final = 200
FREE_TO_UNPACK: Final = 64 * 2**20
MAX_DIRECTORY: Final = 32 * 2**20
"""Bytes of the table of contents of a zip archive."""
MAX_AT_ONCE: Final = 16 * 2**20
"""Bytes of a tar archive read in one go: a header that asks for more was made to fill the memory."""
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
TAR_MARK: Final = (b"ustar", 257)
BLOCK: Final = 512
OUTSIDE: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[a-zA-Z]:/")
DAMAGE: Final = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError)


class PackedFile(NamedTuple):
    """A member of an archive: its path, what sentences call it, and how it is opened."""

    path: str
    shown: str
    open: Callable[[], BinaryIO]
    unpack: Callable[[int], None]
    """Told how much a member that is packed itself has come to so far. Raises InvalidInput."""


def members_of(path: Path, stack: ExitStack) -> Iterator[PackedFile] | None:
    """The members of an archive, for as long as the stack is open; None for a file that is none."""
    with open_file(path) as stream:
        head = stream.read(BLOCK)
    if head.startswith(ZIP):
        return _in_zip(path, stack)
    if _is_tar(head):
        return _in_tar(path, stack, is_packed=False)
    if head.startswith(GZIP) and _is_tar(_first_block(path)):
        return _in_tar(path, stack, is_packed=True)
    return None


class ArchiveLimits:
    """Refuses an archive as soon as it says, or shows, that it holds more than an export does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._packed = path.stat().st_size
        self._members = self._bytes = 0
        self._inner: dict[str, int] = {}

    def take(self, name: str, size: int) -> None:
        self._members += 1
        self._bytes += size
        if self._members > MAX_MEMBERS:
            raise InvalidInput(f"{self._path} holds more than {MAX_MEMBERS:,} files, which no export does.")
        self._refuse_too_much(name, size)

    def unpack(self, name: str, number: int) -> None:
        """Counts a member that is packed itself by what came out of it, however often it is read."""
        self._bytes += max(0, number - self._inner.get(name, 0))
        self._inner[name] = max(number, self._inner.get(name, 0))
        self._refuse_too_much(name, number)

    def _refuse_too_much(self, name: str, size: int) -> None:
        if size > MAX_MEMBER_BYTES or self._bytes > MAX_BYTES:
            raise InvalidInput(
                f"{self._path} unpacks to too much at {_short(name)}: {MAX_MEMBER_BYTES:,} bytes a file "
                f"and {MAX_BYTES:,} in all are allowed."
            )
        if self._bytes > max(FREE_TO_UNPACK, MAX_RATIO * self._packed):
            raise InvalidInput(f"{self._path} unpacks to more than {MAX_RATIO} times its size, which no export does.")


def _short(name: str) -> str:
    return repr(name if len(name) <= 80 else f"{name[:80]}...")


def _check_name(path: Path, name: str) -> str:
    plain = name.replace("\\", "/")
    if OUTSIDE.search(plain) or "\0" in plain:
        raise InvalidInput(f"{path} is refused: its member {_short(name)} points outside of the archive.")
    return plain


def _in_zip(path: Path, stack: ExitStack) -> Iterator[PackedFile]:
    raw = stack.enter_context(open_file(path))
    sentence = f"{path} holds more than {MAX_MEMBERS:,} files, which no export does."
    try:
        archive = stack.enter_context(zipfile.ZipFile(cast(IO[bytes], _Careful(raw, MAX_DIRECTORY, sentence))))
    except (*DAMAGE, OSError, ValueError) as error:
        raise InvalidInput(f"{path} is a damaged zip archive: {_reason(error)}.") from None
    budget = ArchiveLimits(path)
    for info in archive.infolist():
        name = _check_name(path, _zip_name(info))
        if info.is_dir() or name.endswith("/"):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InvalidInput(f"{path} is refused: its member {_short(name)} is a link.")
        budget.take(name, info.file_size)
        if info.flag_bits & 1:
            raise InvalidInput(f"{path} is encrypted: unpack it with its password, and name the folder.")
        if info.file_size:
            yield _packed(path, name, partial(archive.open, info), budget)


def _packed(path: Path, name: str, opened: Callable[[], IO[bytes] | None], budget: ArchiveLimits) -> PackedFile:
    shown = f"{path}/{name}"
    return PackedFile(name, shown, _opening(opened, shown), partial(budget.unpack, name))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Names without the mark of UTF-8 are UTF-8 all the same in many archives."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _is_tar(head: bytes) -> bool:
    mark, at = TAR_MARK
    return head[at : at + len(mark)] == mark


def _first_block(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(BLOCK)
    except (*DAMAGE, OSError):
        return b""


def _in_tar(path: Path, stack: ExitStack, *, is_packed: bool) -> Iterator[PackedFile]:
    raw = stack.enter_context(open_file(path))
    stream = stack.enter_context(gzip.GzipFile(fileobj=raw)) if is_packed else raw
    budget = ArchiveLimits(path)
    try:
        sentence = f"{path} is refused: one of its headers is larger than {MAX_AT_ONCE:,} bytes."
        careful = _Careful(stream, MAX_AT_ONCE, sentence)
        archive = stack.enter_context(tarfile.TarFile(fileobj=cast(IO[bytes], careful)))
        for info in archive:
            name = _check_name(path, info.name)
            if info.isdir():
                continue
            if not info.isreg():
                raise InvalidInput(f"{path} is refused: its member {_short(name)} is a link or a device.")
            budget.take(name, info.size)
            if info.size:
                yield _packed(path, name, partial(archive.extractfile, info), budget)
    except (*DAMAGE, OSError, ValueError) as error:
        raise InvalidInput(f"{path} is a damaged tar archive: {_reason(error)}.") from None


def _opening(found: Callable[[], IO[bytes] | None], shown: str) -> Callable[[], BinaryIO]:
    def open_it() -> BinaryIO:
        try:
            return cast(BinaryIO, io.BufferedReader(_Guarded(cast(IO[bytes], found()), shown), BUFFER))
        except (*DAMAGE, RuntimeError, OSError) as error:
            raise InvalidInput(f"{shown} cannot be unpacked: {_reason(error)}.") from None

    return open_it


class _Careful:
    """What an archive is read from, never more than `most` bytes of it in one go: whatever its headers say."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, most: int, sentence: str) -> None:
        self._stream = stream
        self._most, self._sentence = most, sentence
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, number: int = -1) -> bytes:
        if number > self._most:
            raise InvalidInput(self._sentence)
        raw = self._stream.read(self._most + 1 if number < 0 else number)
        if len(raw) > self._most:
            raise InvalidInput(self._sentence)
        return raw


class _Guarded(io.RawIOBase):
    """A member of an archive, whose damage is told in a sentence."""

    def __init__(self, stream: IO[bytes], shown: str) -> None:
        self._stream = stream
        self._shown = shown

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int:
        view = memoryview(room).cast("B")
        try:
            raw = self._stream.read(len(view))
        except (*DAMAGE, RuntimeError, OSError) as error:
            raise InvalidInput(f"{self._shown} is damaged: {_reason(error)}.") from None
        view[: len(raw)] = raw
        return len(raw)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".").lower()
