"""Cursors mark where a page begins, in as few characters as possible. They need no escaping in URLs and shells.

The first two bytes identify the list and its order; the first is below 128, so that no cursor begins with a hyphen.
The values of the position follow one after another, without their types: the list knows these.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any, Final, TypeVar, get_args
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from assay.errors import InvalidInput

Position = TypeVar("Position")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BYTES_OF_A_MOMENT: Final = 7
"""Enough for microseconds within a thousand years of 1970."""
BYTES_OF_A_LIST: Final = 2


def cursor(place: Sequence[Any] | None, of: str) -> str | None:
    """A position in the form that clients send back; None for None. `of`: the list and its order."""
    if place is None:
        return None
    packed = _list(of) + b"".join(map(_packed, place))
    return urlsafe_b64encode(packed).decode().rstrip("=")


def place(cursor: str | None, of: str, shape: type[Position]) -> Position | None:
    """The position that a cursor marks. Raises InvalidInput for one that is not ours, or of another list or order."""
    if cursor is None:
        return None
    try:
        packed = BytesIO(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if packed.read(BYTES_OF_A_LIST) == _list(of):
            values = tuple(_UNPACKED[_plain(each)](packed) for each in get_args(shape))
            if not packed.read(1):
                return TypeAdapter(shape).validate_python(values)
    except (ValueError, OverflowError, struct.error, ValidationError):
        pass
    raise InvalidInput("This cursor was not issued here, or belongs to another list or order.")


def _list(of: str) -> bytes:
    digest = sha256(of.encode()).digest()
    return bytes([digest[0] & 127, digest[1]])


def _packed(value: Any) -> bytes:
    match value:
        case datetime():
            return ((value - EPOCH) // timedelta(microseconds=1)).to_bytes(BYTES_OF_A_MOMENT, signed=True)
        case UUID():
            return value.bytes
        case bool():
            return bytes([value])
        case int():
            return _with_length(value.to_bytes((value.bit_length() + 7) // 8))
        case float():
            return struct.pack(">d", value)
        case _:
            return _with_length(str(value).encode())


def _with_length(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content if len(content) > 127 else bytes([len(content) | 128]) + content


def _read_with_length(packed: BytesIO) -> bytes:
    first = _read(packed, 1)[0]
    return _read(packed, first & 127 if first & 128 else first << 8 | _read(packed, 1)[0])


def _read(packed: BytesIO, length: int) -> bytes:
    if len(content := packed.read(length)) < length:
        raise ValueError("It ends too soon.")
    return content


def _moment(packed: BytesIO) -> datetime:
    return EPOCH + timedelta(microseconds=int.from_bytes(_read(packed, BYTES_OF_A_MOMENT), signed=True))


def _float(packed: BytesIO) -> float:
    found: float = struct.unpack(">d", _read(packed, 8))[0]
    return found


_UNPACKED: Final[dict[Any, Callable[[BytesIO], Any]]] = {
    AwareDatetime: _moment,
    UUID: lambda packed: UUID(bytes=_read(packed, 16)),
    bool: lambda packed: bool(_read(packed, 1)[0]),
    int: lambda packed: int.from_bytes(_read_with_length(packed)),
    float: _float,
    str: lambda packed: _read_with_length(packed).decode(),
}


def _plain(annotation: Any) -> Any:
    """The type without its bounds."""
    return getattr(annotation, "__origin__", annotation)
