"""The lines of a file of any size, plain or gzip, with only one of them in memory at a time."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from assay.errors import InvalidInput

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LINE_LIMIT: Final = 4 * 2**20
"""Bytes of a line. The longest text allowed, written as JSON escapes, fits."""
HEAD: Final = 8 * 2**10
"""Bytes looked at to tell text from other things."""
BUFFER: Final = 256 * 2**10
MAX_RATIO: Final = 100
"""Chats are unpacked to three to thirty times their packed size; what was made to fill a disk, to a thousand times."""
FREE_TO_UNPACK: Final = 64 * 2**20
"""Bytes that are unpacked whatever the ratio: a small file of few words packs well."""
MAX_BLANK_LINES: Final = 100_000
MAX_BLANK_BYTES: Final = 16 * 2**20
"""In a row."""
GZIP: Final = b"\x1f\x8b"
BLANK: Final = f"at most {MAX_BLANK_LINES:,}, or {MAX_BLANK_BYTES:,} bytes of them, are read. Remove them"
OTHER_KINDS: Final = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"BZh": "compressed with bzip2: unpack it, or use gzip",
    b"\xfd7zXZ\0": "compressed with xz: unpack it, or use gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or use gzip",
    b"\x37\x7a\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    b"SQLite format 3\0": "a database: export its messages first",
    b"%PDF-": "a PDF: save its text first",
}
WIDE_MARKS: Final = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out, and why. The rest goes in."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str
    """Without the line break."""


def open_file(path: Path) -> BinaryIO:
    """Raises InvalidInput when there is no such file, or it may not be read."""
    try:
        return path.open("rb")
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a folder: name one file in it.") from None
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read: {_reason(error)}.") from None


def read_text(path: Path, most: int, what: str) -> str:
    """A whole file of at most so many bytes, however large it says it is. Raises InvalidInput. `what` it should be."""
    with open_file(path) as stream:
        try:
            raw = stream.read(most + 1)
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {_reason(error)}.") from None
    if len(raw) > most:
        raise InvalidInput(f"{path} is larger than {most:,} bytes: that is no {what}.")
    return utf8(raw, 0, str(path))


Decode = Callable[[bytes, int, str], str]
"""Text of the bytes of a line that begins at this offset of the file of that name."""


def utf8(raw: bytes, start: int, name: str) -> str:
    """Raises InvalidInput with the first byte that is none of UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{name} is not UTF-8: byte 0x{raw[error.start]:02X} at offset {start + error.start:,} belongs to no "
            "character. Save it as UTF-8."
        ) from None


def read_lines(
    stream: BinaryIO,
    name: str,
    *,
    decode: Decode = utf8,
    with_blanks: bool = False,
    longest: int = LINE_LIMIT,
    ratio: float = MAX_RATIO,
) -> Iterator[Line | BadLine]:
    """The lines, those that are blank only on request; the stream is closed behind them. `longest`: in bytes; `ratio`:
    how many times its size a file may unpack to.

    Raises InvalidInput where the file cannot be read on as a whole.
    """
    with unpacked(stream, name, ratio=ratio) as plain:
        _refuse_binary(plain.peek(HEAD)[:HEAD], name)
        yield from _decoded(plain, name, decode, with_blanks=with_blanks, longest=longest)


def unpacked(
    stream: BinaryIO, name: str, count: Callable[[int], None] | None = None, *, ratio: float = MAX_RATIO
) -> io.BufferedReader:
    """The bytes behind the compression, if there is any. `count`: told how many have come out of it so far.

    Reading them raises InvalidInput where the file is damaged or was made to unpack without end.
    """
    raw = _Counted(stream, name)
    plain = _buffered(raw)
    if plain.peek(len(GZIP)).startswith(GZIP):
        plain = _buffered(_Counted(gzip.GzipFile(fileobj=plain), name, raw, count, ratio))
    head = plain.peek(HEAD)[:HEAD]
    if not head:
        raise InvalidInput(f"{name} is empty.")
    for magic, kind in OTHER_KINDS.items():
        if head.startswith(magic):
            raise InvalidInput(f"{name} is {kind}.")
    return plain


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()


class _Counted(io.RawIOBase):
    """A stream, and how much of it was taken: of what is unpacked no more than a chat can be."""

    def __init__(
        self,
        stream: BinaryIO | io.BufferedIOBase,
        name: str,
        packed: "_Counted | None" = None,
        count: Callable[[int], None] | None = None,
        ratio: float = MAX_RATIO,
    ) -> None:
        self._stream = cast(io.RawIOBase, stream)
        self._name = name
        self._packed = packed
        self._count = count
        self._ratio = ratio
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int | None:
        try:
            number = self._stream.readinto(room)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            reason = f"its gzip data cannot be unpacked ({_reason(error)})"
            raise InvalidInput(f"{self._name} is damaged: {reason}.") from None
        except OSError as error:
            raise InvalidInput(f"{self._name} cannot be read: {_reason(error)}.") from None
        self.taken += number or 0
        if self._count:
            self._count(self.taken)
        if self._packed and self.taken > max(FREE_TO_UNPACK, self._ratio * self._packed.taken):
            raise InvalidInput(
                f"{self._name} unpacks to more than {self._ratio} times its size, which no chat does: "
                "unpack it and look at it."
            )
        return number

    def close(self) -> None:
        self._stream.close()
        super().close()


def _buffered(stream: io.RawIOBase) -> io.BufferedReader:
    return io.BufferedReader(stream, BUFFER)


def _refuse_binary(head: bytes, name: str) -> None:
    if codec := wide_encoding(head):
        raise InvalidInput(f"{name} is written in {codec[:6].upper()}: save it as UTF-8.")
    if b"\0" in head:
        raise InvalidInput(f"{name} is not a text: it holds a NUL byte at offset {head.index(0)}.")


def wide_encoding(head: bytes) -> str | None:
    """The codec of UTF-16 or UTF-32, by the mark at its start or by the NULs at every other place."""
    for mark, codec in WIDE_MARKS.items():
        if head.startswith(mark):
            return codec
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) <= len(head) * 0.3:
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _decoded(
    stream: io.BufferedReader, name: str, decode: Decode, *, with_blanks: bool, longest: int
) -> Iterator[Line | BadLine]:
    number = offset = blank_lines = blank_bytes = 0
    while raw := stream.readline(longest):
        number, start = number + 1, offset
        offset += len(raw)
        if len(raw) == longest and not raw.endswith(b"\n"):
            offset += _skip_line(stream)
            yield BadLine(number, f"The line is longer than {longest:,} bytes, which is not allowed.")
            continue
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
            start = offset - len(raw)
        text = decode(raw, start, name).rstrip("\r\n")
        if text and not text.isspace():
            blank_lines = blank_bytes = 0
            yield Line(number, text)
            continue
        blank_lines, blank_bytes = blank_lines + 1, blank_bytes + len(raw)
        if blank_lines > MAX_BLANK_LINES or blank_bytes > MAX_BLANK_BYTES:
            raise InvalidInput(f"{name} has {blank_lines:,} blank lines in a row up to line {number:,}: {BLANK}.")
        if with_blanks:
            yield Line(number, text)


def _skip_line(stream: io.BufferedReader) -> int:
    """Reads to the end of the line and returns how many bytes that were."""
    skipped = 0
    while rest := stream.readline(LINE_LIMIT):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
