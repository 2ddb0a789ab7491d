"""What a chat program sent: what it is answered, and the messages in it, in the form of that program's exports."""

import hmac
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from assay.clock import now
from assay.errors import InvalidInput
from assay.readers.export import Export
from assay.readers.fields import mapping
from assay.readers.options import Options
from assay.readers.reader import Reader
from assay.readers.reading import Reading
from assay.readers.tree import ExportFile, Tree

MAX_AGE: Final = timedelta(minutes=5)
"""How old a signed time may be: an older request may be a recording that is sent again."""
MAX_DIGITS: Final = 20
"""Of times and ids that are reckoned with."""
Headers = Mapping[str, str]
"""By names in lower case."""
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HookEvent:
    """`export`: the files of a small export of the program that holds what was said; none where nothing was."""

    answer: Any = field(default_factory=dict)
    export: Mapping[str, Any] | None = None
    room: str = ""
    """What the ids of all messages of the same channel begin with."""
    name: str = ""
    """What the channel is called, where the program says it."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A chat program. `is_genuine`: whether a request is signed with the secret, by its headers and its body."""

    is_genuine: Callable[[str, Headers, bytes], bool]
    read: Callable[[Document, str | None], HookEvent]
    """`channel`: what the room of the event is called in the source already."""
    room: Callable[[Document], str]
    reader: Reader


def document_of(body: bytes) -> Document:
    """Raises InvalidInput for anything but a JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise InvalidInput("The body is not a JSON object.")
    return found


def equal(one: str, other: str) -> bool:
    """Compares in a time that does not reveal where they differ."""
    return hmac.compare_digest(one.encode(), other.encode(errors="surrogatepass"))


def is_fresh(sent: str) -> bool:
    """Whether a signed time, in seconds since 1970, is near enough to now."""
    is_number = sent.isascii() and sent.isdigit() and len(sent) <= MAX_DIGITS
    return is_number and abs(now().timestamp() - int(sent)) <= MAX_AGE.total_seconds()


def reading(event: HookEvent, reader: Reader) -> Reading:
    """The messages of an event, as they would be read from an export."""
    files = event.export or {}
    members = tuple(ExportFile(name, name, _opening(content)) for name, content in sorted(files.items()))
    tree = Tree(Path("event"), members, is_single=len(members) == 1)
    return Reading(Export(tree, Options(channel=event.name or None)), reader)


def _opening(content: object) -> Callable[[], BinaryIO]:
    try:
        packed = json.dumps(content).encode()
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None
    return lambda: cast(BinaryIO, io.BytesIO(packed))


def inner(document: Document, *names: str) -> Document:
    """What is nested under these names, one inside the other."""
    for name in names:
        document = mapping(document.get(name))
    return document
