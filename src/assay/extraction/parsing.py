"""Chat files of any size into messages, with one message in memory at a time.

What a line gets wrong is reported with its number and the rest goes in. InvalidInput is raised only for a file as a
whole; when it turns up in the middle, as a wrong byte or damaged compression does, what came before it stays good,
and reading the repaired file again changes nothing of it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from assay.clock import now
from assay.errors import InvalidInput
from assay.extraction import chatlogs
from assay.extraction.incoming import NAME_LIMIT, IncomingMessage
from assay.extraction.jsonlines import looks_like_json, read_json_lines
from assay.extraction.said import Naming, Said
from assay.lines import BadLine, Line, open_file, read_lines

SAMPLE_LINES: Final = 200
SAMPLE_CHARACTERS: Final = 2_000_000
JSON_LIST: Final = re.compile(r"\s*\[\s*(?:\{|$)")
SUFFIXES: Final = frozenset({".gz", ".jsonl", ".ndjson", ".json", ".txt", ".log"})


def read_file(path: Path, channel: str | None = None) -> Iterator[IncomingMessage | BadLine]:
    """The messages of a chat file. `channel`: where a line names none; else it is the name of the file."""
    with open_file(path) as stream:
        yield from read_stream(stream, str(path), channel)


def check_file(path: Path) -> None:
    """Raises InvalidInput for what could not be read to its end, so that nothing of it need be imported."""
    with open_file(path) as stream:
        for _ in read_lines(stream, str(path)):
            pass
    next(read_file(path), None)


def read_stream(stream: BinaryIO, name: str, channel: str | None = None) -> Iterator[IncomingMessage | BadLine]:
    """The messages of a stream, which is closed at its end. `name` is what errors call it."""
    naming, at = Naming(channel or default_channel(name)), now()
    for found in _format_of(read_lines(stream, name), name):
        if isinstance(found, BadLine):
            yield found
            continue
        message = naming.named(found)
        sentence = message.problem(at)
        yield BadLine(found.number, sentence) if sentence else message


def default_channel(name: str) -> str:
    """The name of the file without folders and the endings of chat files."""
    path = Path(name)
    while path.suffix in SUFFIXES:
        path = path.with_suffix("")
    return path.name[:NAME_LIMIT].encode(errors="replace").decode().strip() or "chat"


def _format_of(lines: Iterator[Line | BadLine], name: str) -> Iterator[Said | BadLine]:
    """Reads the lines in the format that most of the first ones are written in."""
    sample = list(_sample(lines))
    texts = [line.text for line in sample if isinstance(line, Line)]
    if not sample:
        raise InvalidInput(f"{name} is empty.")
    if texts and JSON_LIST.match(texts[0]):
        raise InvalidInput(f"{name} is one JSON list: write its objects one a line, without brackets and commas.")
    dialect, hits = chatlogs.recognised(texts) or (None, 0)
    objects = sum(map(looks_like_json, texts))
    everything = chain(sample, lines)
    if objects and objects >= hits:
        return read_json_lines(everything)
    if dialect:
        return chatlogs.read_chat_log(everything, dialect)
    raise InvalidInput(
        f"{name} is not a chat: expected JSON lines with author, ts and text, or lines such as "
        '"[2026-03-02 09:14] <ana> text" or "2026-03-02 09:14:05 ana: text".'
    )


def _sample(lines: Iterable[Line | BadLine]) -> Iterator[Line | BadLine]:
    room = SAMPLE_CHARACTERS
    for number, line in enumerate(lines, 1):
        yield line
        room -= len(line.text) if isinstance(line, Line) else 0
        if number == SAMPLE_LINES or room < 0:
            return
