"""Markdown notes: one author, one date, a message each section."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final

from assay.errors import InvalidInput
from assay.lines import BadLine
from assay.readers.export import A_DAY, Export, day_in, default_name
from assay.readers.reader import LIKELY, NO, POSSIBLE, Glance, Look, Reader
from assay.readers.records import MAX_NAME, MAX_TEXT, BadRecord, Found, IncomingMessage, TextSpan, digest
from assay.readers.tree import ExportFile

HEADING: Final = re.compile(r"(?P<marks>#{1,6}) +(?P<title>\S.*)")
FIELD: Final = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40})\s*:\s*(?P<value>[^\n]{0,200})")
ITEM: Final = re.compile(r"\s*- +(?P<value>[^\n]{1,200})")
LINKED: Final = re.compile(r"\[\[(?:[^\[\]|]*\|)?(?P<shown>[^\[\]|]+)\]\]")
FENCE: Final = re.compile(r"\s*(?:```|~~~)")
FIRST_LINES: Final = 10
MARKDOWN: Final = (".md", ".markdown", ".mdown")


def sniff(look: Look) -> int:
    return look.best(_judge)


def _judge(glance: Glance) -> int:
    is_named = glance.member.name.casefold().endswith(MARKDOWN)
    headings = any(HEADING.match(line) for line in glance.lines[:50])
    if is_named:
        return LIKELY if headings else POSSIBLE
    return 30 if headings and glance.lines and HEADING.match(glance.lines[0]) else NO


def read(export: Export) -> Iterator[Found]:
    for member in export.tree.members:
        if export.tree.is_single or member.name.casefold().endswith(MARKDOWN):
            try:
                yield from _note(export, member)
            except InvalidInput as refusal:
                if export.tree.is_single:
                    raise
                yield BadRecord(member.path, str(refusal))


@dataclass(slots=True)
class _Section:
    heading: str
    line: int
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def take(self, line: str) -> None:
        """Keeps what a message may have, and a little more, by which it is seen to be too long."""
        if self.size <= MAX_TEXT:
            self.lines.append(line)
            self.size += len(line) + 1

    def text(self) -> str:
        return "\n".join(self.lines).strip()


@dataclass(slots=True)
class _Front:
    """What the lines above a note say about it: the first value of each name, and of lists all of them."""

    values: dict[str, str] = field(default_factory=dict)
    _key: str = ""

    def take(self, line: str) -> None:
        if item := ITEM.fullmatch(line):
            self._add(item["value"])
        elif found := FIELD.match(line):
            self._key = found["key"].strip().casefold()
            for value in found["value"].strip().strip("[]").split(", ") if self._key == "authors" else [found["value"]]:
                self._add(value)

    def _add(self, written: str) -> None:
        value = LINKED.sub(lambda found: found["shown"], written.strip().strip("\"'")).strip()
        if value and self._key == "authors" and self._key in self.values:
            value = f"{self.values[self._key]}, {value}"
            self.values[self._key] = value[:MAX_NAME]
        elif value:
            self.values.setdefault(self._key, value)

    @property
    def author(self) -> str | None:
        return self.values.get("author") or self.values.get("authors")


def _note(export: Export, member: ExportFile) -> Iterator[Found]:
    sections: list[_Section] = [_Section("", 1)]
    front = _Front()
    seen_lines: list[str] = []
    in_front = in_code = False
    for line in export.lines(member):
        if isinstance(line, BadLine):
            yield BadRecord(export.place(member, "line", line.number), line.sentence)
            continue
        if line.number == 1 and line.text.strip() == "---":
            in_front = True
            continue
        if in_front:
            in_front = line.text.strip() not in ("---", "...")
            front.take(line.text)
            continue
        if len(seen_lines) < FIRST_LINES and line.text.strip():
            seen_lines.append(line.text)
        in_code ^= FENCE.match(line.text) is not None
        if not in_code and (heading := HEADING.match(line.text)):
            sections.append(_Section(heading["title"].strip(" #"), line.number))
        sections[-1].take(line.text)
    author = export.options.author or front.author
    if not author:
        raise InvalidInput(f"{member.shown} does not say who wrote it: name the author with --author NAME.")
    yield from _messages(export, member, author, _moment(export, member, front.values, seen_lines), sections)


def _moment(export: Export, member: ExportFile, about: dict[str, str], lines: list[str]) -> datetime:
    """From --date, the front matter, the name of the file or its first lines."""
    if given := export.options.moment:
        return given if given.tzinfo else export.local(given)
    for written in (about.get("date"), about.get("created")):
        if written:
            try:
                return export.moment(written.replace("/", "-"))
            except ValueError:
                continue
    for text in (member.name, *lines):
        if A_DAY.search(text) and (day := day_in(text)):
            with suppress(ValueError):
                return export.local(datetime.combine(day, time()))
    raise InvalidInput(f"{member.shown} does not say when it was written: name the day with --date 2026-03-20.")


def _messages(
    export: Export, member: ExportFile, author: str, at: datetime, sections: list[_Section]
) -> Iterator[IncomingMessage]:
    path = member.path if not export.tree.is_single else member.name
    seen: dict[str, int] = {}
    for section in sections:
        text = section.text()
        if not text:
            continue
        place = seen[section.heading] = seen.get(section.heading, -1) + 1
        yield IncomingMessage(
            external_id=digest("note", path, section.heading, str(place)),
            channel=export.options.channel or default_name(export.tree.path / member.path)[:MAX_NAME],
            author=author,
            sent_at=at,
            text=text,
            quoted=tuple(_quoted(text)),
            where=export.place(member, "line", section.line),
        )


def _quoted(text: str) -> Iterator[TextSpan]:
    at = 0
    for line in text.split("\n"):
        if line.lstrip().startswith(">"):
            yield TextSpan(at, at + len(line))
        at += len(line) + 1


READER: Final = Reader("notes", "Markdown notes", sniff, read)
