"""Meeting transcripts: WebVTT and SubRip."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assay.errors import InvalidInput
from assay.lines import BadLine
from assay.readers.export import Export
from assay.readers.reader import CERTAIN, NO, Glance, Look, Reader
from assay.readers.records import MAX_TEXT, BadRecord, Found, IncomingMessage, Skipped, SystemNotice, digest
from assay.readers.tree import ExportFile

TIMING: Final = re.compile(
    r"\s*(?P<start>(?:\d{1,3}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?)\s*-->\s*(?P<end>(?:\d{1,3}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?)"
)
VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^<>]{1,200})>")
TAG: Final = re.compile(r"</?[^<>]{0,200}>")
NAMED: Final = re.compile(r"(?P<name>[^\W\d_][^:<>\n]{0,60}):\s+(?=\S)")
NOT_NAMES: Final = re.compile(
    r"(?:https?|note|re|ps|agenda|decision|action|todo|question|answer|\w+ (?:is|are|was))$", re.IGNORECASE
)
NUMBER: Final = re.compile(r"\s*\d+\s*$")
NOBODY: Final = "unknown"
MAX_PAUSE: Final = timedelta(seconds=2)
"""Cues of one speaker that are no further apart are one message."""


def sniff(look: Look) -> int:
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    if not glance.lines:
        return NO
    if glance.lines[0].lstrip("\ufeff").startswith("WEBVTT"):
        return CERTAIN
    timings = [number for number, line in enumerate(glance.lines[:6]) if TIMING.match(line)]
    return CERTAIN - 5 if timings else NO


@dataclass(slots=True)
class _Cue:
    where: str
    start: timedelta
    end: timedelta
    speaker: str | None
    words: str


def read(export: Export) -> Iterator[Found]:
    if export.options.moment is None:
        raise InvalidInput(
            f"{export.tree.name} is a transcript, which names no day: say when it began with --date 2026-03-20T10:00."
        )
    for member in export.tree.members:
        yield from _file(export, member, export.options.moment)


def _file(export: Export, member: ExportFile, began: datetime) -> Iterator[Found]:
    begin = began if began.tzinfo else export.local(began)
    open_cue: _Cue | None = None
    last_words = ""
    for cue in _cues(export, member):
        if isinstance(cue, BadRecord):
            yield cue
            continue
        said = cue.words
        cue.words = _without_repetition(last_words, said)
        last_words = said
        if not cue.words:
            continue
        if open_cue and _goes_on(open_cue, cue):
            open_cue.words += f" {cue.words}"
            open_cue.end = cue.end
            continue
        if open_cue:
            yield _message(export, member, begin, open_cue)
        open_cue = cue
    if open_cue:
        yield _message(export, member, begin, open_cue)


def _goes_on(before: _Cue, cue: _Cue) -> bool:
    fits = len(before.words) + len(cue.words) < MAX_TEXT
    return before.speaker == cue.speaker and cue.start - before.end <= MAX_PAUSE and fits


def _without_repetition(before: str, words: str) -> str:
    """Rolling captions say again what the cue before said."""
    if words == before:
        return ""
    return words[len(before) :].strip() if before and words.startswith(f"{before} ") else words


def _cues(export: Export, member: ExportFile) -> Iterator[_Cue | BadRecord]:
    """Whatever stands below a line of times, up to a blank line or the next."""
    timing: re.Match[str] | None = None
    where, parts, size = "", list[str](), 0
    for line in export.lines(member):
        if isinstance(line, BadLine):
            yield BadRecord(export.place(member, "line", line.number), line.sentence)
            continue
        if found := TIMING.match(line.text):
            if timing and parts:
                if NUMBER.match(parts[-1]):
                    parts.pop()
                yield from _spoken(where, timing, parts)
            timing, where, parts, size = found, export.place(member, "line", line.number), [], 0
        elif timing and line.text.strip():
            if size <= MAX_TEXT:  # enough to see that it is too long
                parts.append(line.text)
                size += len(line.text) + 1
        elif timing and parts:
            yield from _spoken(where, timing, parts)
            timing = None
    if timing and parts:
        yield from _spoken(where, timing, parts)


def _spoken(where: str, timing: re.Match[str], parts: list[str]) -> Iterator[_Cue]:
    """A cue for each voice in it; words in front of the first, if there are any, are nobody's."""
    raw = " ".join(part.strip() for part in parts)
    voices = list(VOICE.finditer(raw))
    ends = [*(voice.start() for voice in voices), len(raw)]
    if not voices or _plain(raw[: ends[0]]).strip("- "):
        yield _cue(where, timing, None, _plain(raw[: ends[0]]))
    for voice, end in zip(voices, ends[1:], strict=True):
        yield _cue(where, timing, " ".join(html.unescape(voice["name"]).split()), _plain(raw[voice.end() : end]))


def _plain(raw: str) -> str:
    return " ".join(html.unescape(TAG.sub("", raw)).split())


def _cue(where: str, timing: re.Match[str], speaker: str | None, words: str) -> _Cue:
    if speaker is None and (named := NAMED.match(words)) and not NOT_NAMES.search(named["name"]):
        speaker, words = named["name"].strip(), words[named.end() :]
    return _Cue(where, _time(timing["start"]), _time(timing["end"]), speaker, words)


def _time(written: str) -> timedelta:
    parts = [float(each) for each in written.replace(",", ".").split(":")]
    hours, minutes, seconds = [0.0, *parts][-3:]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _message(export: Export, member: ExportFile, begin: datetime, cue: _Cue) -> Found:
    if not cue.words.strip():
        return Skipped(SystemNotice.EMPTY)
    author = cue.speaker or NOBODY
    name = member.path if not export.tree.is_single else export.channel
    return IncomingMessage(
        external_id=digest("transcript", name, str(begin), str(cue.start), author),
        channel=export.channel,
        author=author,
        sent_at=begin + cue.start,
        text=cue.words,
        where=cue.where,
    )


READER: Final = Reader("transcript", "transcript", sniff, read)
