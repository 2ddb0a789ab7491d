"""Small exports as programs write them in other languages, versions and clients, each read as its user expects.

A row of the table has the files of an export (an object or a list is written as JSON; `packed`: into an archive of
that name), and of each message `HH:MM author: words`, with `thread <` in front of what belongs to a thread, `bot` in
front of a machine's and `edited` of what was edited. `others`: words that are marked as somebody else's.
"""

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests.readers.files import EXPORTS, read_all

from assay.readers.options import Options
from assay.readers.preview import preview
from assay.readers.reading import reading
from assay.readers.records import IncomingMessage

VARIANTS = [json.loads(line) for line in (EXPORTS.parent / "variants.jsonl").read_text().splitlines()]


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(datetime(2026, 11, 30, 22, tzinfo=UTC), tick=True):
        yield


def written(folder: Path, variant: dict[str, Any]) -> Path:
    """The one file, or the folder of several, or what they are packed into."""
    root = folder / str(variant["name"])
    for name, content in variant["files"].items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((content if isinstance(content, str) else json.dumps(content)).encode())
    if packed := variant.get("packed"):
        archive_file = folder / str(packed)
        with tarfile.open(archive_file, "w:gz") as archive:
            archive.add(root, arcname=".")
        return archive_file
    [first, *others] = variant["files"]
    return root if others or "/" in first else root / str(first)


def told(message: IncomingMessage, expected: str) -> str:
    """A thread whose id no user knows is a star."""
    thread = "*" if message.thread and " * < " in expected else message.thread
    marks = f"{thread} < " if thread else ""
    marks += "bot " * message.is_bot + "edited " * message.is_edit
    return f"{message.sent_at:%H:%M} {marks}{message.author}: {message.text}"


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each["name"])
def test_it_is_read_as_its_user_expects(variant, tmp_path):
    path = written(tmp_path, variant)
    options = {{"date": "moment"}.get(name, name): value for name, value in variant.get("options", {}).items()}
    messages = [each for each in read_all(path, **options) if isinstance(each, IncomingMessage)]
    with reading(path, Options.checked(**options)) as found:
        seen = preview(found).document()
    expected = [*variant["says"], *[""] * len(messages)]
    assert [told(each, line) for each, line in zip(messages, expected, strict=False)] == variant["says"]
    assert (seen["format"], seen["bad"], seen["skipped"]) == (variant["format"], [], variant["skipped"])
    if channels := variant.get("channels"):
        assert {each.channel for each in messages} == set(channels)
    assert [each.text[start:end] for each in messages for start, end in each.quoted] == variant.get("others", [])
