"""The characters behind the bytes of an export."""

import codecs
import io
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from assay.errors import InvalidInput
from assay.lines import BUFFER, HEAD, wide_encoding

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FALLBACK: Final = "windows-1252"
NO_TEXTS: Final = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
"""Ways to write names and string literals. Some take a time that grows with the square of the length."""
CUT: Final = "unexpected end of data"


def checked_codec(name: str) -> str:
    """The usual name of an encoding of texts. Raises InvalidInput where there is none."""
    with suppress(LookupError, ValueError, TypeError):
        found = codecs.lookup(name).name
        if found not in NO_TEXTS and "a".encode(found).decode(found):
            return found
    raise InvalidInput(f"There is no encoding {name!r}: name one like utf-8, utf-16, windows-1251.")


def codec_of(stream: io.BufferedReader, asked: str | None) -> str | None:
    """What the bytes must be decoded with first, where they are not UTF-8 or ASCII with stray other lines."""
    return asked or wide_encoding(stream.peek(HEAD)[:HEAD])


def plain_name(codec: str | None) -> str:
    """As people know it: utf-16 for both of its byte orders."""
    return codec[:6] if codec and codec.startswith(("utf-16", "utf-32")) else codec or "utf-8"


def as_utf8(stream: BinaryIO, codec: str, name: str) -> io.BufferedReader:
    """The same text in UTF-8. Reading it raises InvalidInput at a byte that is none of the encoding."""
    return io.BufferedReader(_Recoded(stream, codec, name), BUFFER)


class _Recoded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, codec: str, name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._codec = codec
        self._name = name
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int:
        wanted = len(memoryview(room))
        while not self._rest and not self._ended:
            self._rest = self._next(max(wanted // 4, 1_024))
        taken, self._rest = self._rest[:wanted], self._rest[wanted:]
        memoryview(room).cast("B")[: len(taken)] = taken
        return len(taken)

    def _next(self, number: int) -> bytes:
        raw = self._stream.read(number)
        self._ended = not raw
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except ValueError:
            raise InvalidInput(
                f"{self._name} is not written in {self._codec}: name its encoding with --encoding."
            ) from None
        return text.encode(errors="replace")

    def close(self) -> None:
        self._stream.close()
        super().close()


class LineDecoder:
    """Reads each line as UTF-8, and as Windows-1252 where it is none: real logs mix both in one file."""

    def __init__(self) -> None:
        self.beyond_ascii = 0
        """Lines with other characters than those of ASCII."""
        self.in_fallback = 0

    def __call__(self, raw: bytes, _start: int, _name: str) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        self.beyond_ascii += 1
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            if error.reason == CUT or not raw[error.end :].strip():
                return raw.decode(errors="replace") if _has_utf8(raw[: error.start]) else self._fallback(raw)
            return self._fallback(raw)

    def _fallback(self, raw: bytes) -> str:
        self.in_fallback += 1
        return raw.decode(FALLBACK, "replace")


def _has_utf8(raw: bytes) -> bool:
    return not raw.isascii()
