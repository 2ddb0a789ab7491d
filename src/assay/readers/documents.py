"""JSON documents of any size, one item in memory at a time."""

import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ijson

from assay.errors import InvalidInput

MAX_ITEM: Final = 32 * 2**20
"""Bytes of one item, and of what stands between two."""
MAX_LISTED: Final = 1_000_000
CHUNK: Final = 2**16
MAX_DEPTH: Final = 100
MAX_DIGITS: Final = 400
LONG_NUMBER: Final = re.compile(rb"\d{%d}" % MAX_DIGITS)
UNFINISHED: Final = re.compile(rb"\\+(?:x[0-9A-Fa-f]?)?\Z")
WRONG_ESCAPE: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
NO_BRACKETS: Final = bytes(each for each in range(256) if each not in b"[]{}")
SCALARS: Final = frozenset({"string", "number", "boolean", "null"})
MAX_PREFIXES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Broken:
    """The document cannot be read on."""

    sentence: str


class TooLarge(ValueError):
    """One item of a document would fill the memory."""


class Hostile(ValueError):
    """A document would crash its parser: the C code of ijson 3.6 dies of deep nesting, and of numbers of more digits
    than Python reads. The message is the sentence."""


class _Guard:
    """Looks at brackets and digits alone, before anything parses them."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_text = False
        self._escape = b""
        """A backslash at the end of a chunk, which takes effect in the next."""

    def take(self, chunk: bytes) -> None:
        """Raises Hostile."""
        before = self._outside_texts(chunk)
        if LONG_NUMBER.search(before):
            raise Hostile(f"It holds a number of more than {MAX_DIGITS} digits.")
        left = before.translate(None, NO_BRACKETS)
        for _ in range(MAX_DEPTH):
            shorter = left.replace(b"[]", b"").replace(b"{}", b"")
            if len(shorter) == len(left):
                break
            left = shorter
        self._depth = max(0, self._depth + 2 * sum(map(left.count, (b"[", b"{"))) - len(left))
        if self._depth > MAX_DEPTH or sum(map(left.count, (b"[", b"{"))) > MAX_DEPTH:
            raise Hostile(f"It is nested more than {MAX_DEPTH} deep, which no export is.")

    def _outside_texts(self, chunk: bytes) -> bytes:
        chunk = self._escape + chunk
        self._escape = b""
        if b"\\" in chunk:
            if (len(chunk) - len(chunk.rstrip(b"\\"))) % 2:
                chunk, self._escape = chunk[:-1], b"\\"
            chunk = ESCAPED.sub(b"", chunk)
        parts = chunk.split(b'"')
        outside = b" ".join(parts[self._in_text :: 2])
        self._in_text ^= len(parts) % 2 == 0
        return outside


class Document:
    """A stream that refuses to give too much of one item, or what is nested too deeply."""

    def __init__(self, stream: io.BufferedReader | io.BytesIO) -> None:
        self._stream = stream
        self._guard = _Guard()
        self._since = 0
        self._rest = b""

    def read(self, number: int = -1) -> bytes:
        raw = self._stream.read(min(number, CHUNK) if number >= 0 else CHUNK)
        raw = self._mended(raw)
        self._guard.take(raw)
        self._since += len(raw)
        if self._since > MAX_ITEM:
            raise TooLarge
        return raw.replace(b"\xef\xbb\xbf", b"", 1) if self._since == len(raw) and raw.startswith(b"\xef") else raw

    def _mended(self, raw: bytes) -> bytes:
        r"""Some exporters write control characters as `\x0C`, which is no JSON."""
        raw, self._rest = self._rest + raw, b""
        if (cut := UNFINISHED.search(raw)) and cut.end() - cut.start() < len(raw):
            raw, self._rest = raw[: cut.start()], cut[0]
        return WRONG_ESCAPE.sub(rb"\1\\u00\2", raw) if rb"\x" in raw else raw

    def mark(self) -> None:
        self._since = 1

    def close(self) -> None:
        self._stream.close()


def items(document: Document, prefix: str, *, is_series: bool = False) -> Iterator[tuple[int, object]]:
    """The values below the prefix, numbered from 1, and `Broken` behind them where the document ends too soon."""
    number = 0
    try:
        for item in ijson.items(document, prefix, buf_size=CHUNK, multiple_values=is_series):
            number += 1
            yield number, item
            document.mark()
    except ijson.IncompleteJSONError:
        yield number + 1, Broken(f"The JSON breaks off here, behind {number:,} whole records.")
    except (ijson.JSONError, ValueError, RecursionError) as error:
        yield number + 1, Broken(_why(error, number))
    except InvalidInput as error:
        yield number + 1, Broken(str(error))
    finally:
        document.close()


def grouped(
    document: Document, groups: Sequence[str], inner: str
) -> Iterator[tuple[int, dict[str, Any], dict[str, Any] | Broken]]:
    """The objects in the list `inner` of each object below the prefixes `groups`, with the scalars of that object."""
    number = 0
    fields: dict[str, Any] = {}
    builder: Any = None
    item = "no prefix"
    try:
        for prefix, event, value in ijson.parse(document, buf_size=CHUNK):
            if prefix in groups and event == "start_map":
                fields, item = {}, f"{prefix}.{inner}.item"
            elif prefix == item and event == "start_map":
                builder = ijson.ObjectBuilder()
            if builder is not None:
                builder.event(event, value)
            elif event in SCALARS:
                group, _, name = prefix.rpartition(".")
                if group in groups:
                    fields[name] = value
            if builder is not None and prefix == item and event == "end_map":
                number += 1
                yield number, fields, builder.value
                builder = None
                document.mark()
    except (ijson.JSONError, ValueError, RecursionError, InvalidInput) as error:
        yield number + 1, fields, Broken(str(error) if isinstance(error, InvalidInput) else _why(error, number))
    finally:
        document.close()


def _why(error: Exception, number: int) -> str:
    if isinstance(error, TooLarge):
        return f"It takes more than {MAX_ITEM:,} bytes, which is not allowed; {number:,} records before it were read."
    if isinstance(error, Hostile):
        return str(error)
    return f"It is no JSON in UTF-8 from here on, behind {number:,} whole records."


class Refused(ValueError):
    """A record cannot become a message. The message is the sentence that says why."""


def json_object(text: str) -> dict[str, Any]:
    """The object on a line. Raises Refused."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise Refused("The line is JSON nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Refused(f"The line is not JSON: it cannot be read from character {error.colno:,} on.") from None
    except ValueError:
        raise Refused(f"The line holds a number of more than {sys.get_int_max_str_digits():,} digits.") from None
    if not isinstance(found, dict):
        raise Refused(f"The line is a JSON {type(found).__name__}, not an object.")
    return found


def fields_before(document: Document, stop: str) -> dict[str, Any]:
    """The fields of the root object up to the one named `stop`, or to the first list, which are not read."""
    builder = ijson.ObjectBuilder()
    try:
        for prefix, event, value in ijson.parse(document, buf_size=CHUNK):
            if event == "start_array" or (event == "map_key" and not prefix and value == stop):
                break
            builder.event(event, value)
    except (ijson.JSONError, ValueError, InvalidInput, RecursionError):
        pass
    finally:
        document.close()
    found = getattr(builder, "value", None)
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the beginning of a document looks."""

    prefixes: frozenset[str]
    """Of its values, as in `messages.item.text`."""
    roots: int
    """Values one after the other: more than one in JSON lines."""
    is_list: bool
    strings: dict[str, str]
    """The first text at a prefix."""

    def has(self, *prefixes: str) -> bool:
        return self.prefixes.issuperset(prefixes)


def shape_of(head: bytes) -> Shape | None:
    """None where these bytes begin no JSON object or list."""
    if head.lstrip()[:1] not in (b"{", b"["):
        return None
    prefixes: set[str] = set()
    strings: dict[str, str] = {}
    roots = 0
    is_list = False
    try:
        for prefix, event, value in ijson.parse(Document(io.BytesIO(head)), multiple_values=True, buf_size=CHUNK):
            if not prefix and event in ("start_map", "start_array"):
                roots += 1
                is_list = is_list or event == "start_array"
            prefixes.add(prefix)
            if event == "string":
                strings.setdefault(prefix, value)
            if len(prefixes) > MAX_PREFIXES:
                break
    except (ijson.JSONError, ValueError, RecursionError):
        pass
    return Shape(frozenset(prefixes), roots, is_list, strings) if len(prefixes) > 1 else None
