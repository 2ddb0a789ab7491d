"""Exports on the disk, read as a user's are."""

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from assay.readers.options import Options
from assay.readers.preview import preview
from assay.readers.reading import reading
from assay.readers.records import BadRecord, Found, IncomingMessage, Skipped

EXPORTS: Final = Path(__file__).parents[1] / "data" / "exports"


def json_line(**changes: Any) -> str:
    fields = {"id": "m1", "channel": "backend", "author": "ana", "ts": "2026-03-02T09:14:05Z", "text": "Hello there."}
    return json.dumps({key: value for key, value in {**fields, **changes}.items() if value is not ...})


@contextmanager
def on_disk(content: str | bytes, name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode(errors="surrogatepass") if isinstance(content, str) else content)
        yield path


def read_all(path: Path, *, format: str | None = None, **options: Any) -> list[Found]:  # noqa: A002
    with reading(path, Options.checked(**options), format) as found:
        return list(found.found())


def messages_of(path: Path, **options: Any) -> list[IncomingMessage]:
    return [each for each in read_all(path, **options) if isinstance(each, IncomingMessage)]


def skipped_of(path: Path, **options: Any) -> list[str]:
    return [str(each.kind) for each in read_all(path, **options) if isinstance(each, Skipped)]


def bad_of(path: Path, **options: Any) -> list[BadRecord]:
    return [each for each in read_all(path, **options) if isinstance(each, BadRecord)]


def previewed(path: Path, **options: Any) -> dict[str, Any]:
    with reading(path, Options.checked(**options)) as found:
        return preview(found).document()


def read(content: str | bytes, name: str = "backend.jsonl") -> list[Found]:
    with on_disk(content, name) as path:
        return read_all(path)


def messages(content: str | bytes, name: str = "backend.jsonl", **options: Any) -> list[IncomingMessage]:
    with on_disk(content, name) as path:
        return messages_of(path, **options)


def problems(content: str | bytes) -> list[tuple[str, str]]:
    return [(each.where, each.why) for each in read(content) if isinstance(each, BadRecord)]


def zipped(content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0)
