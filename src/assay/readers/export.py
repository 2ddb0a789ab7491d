"""An export on its way through a reader: its files, what the person said about it, and what was noticed."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from assay.clock import in_utc, now
from assay.errors import InvalidInput
from assay.lines import BadLine, Line, read_lines
from assay.readers import documents
from assay.readers.encodings import FALLBACK, LineDecoder, as_utf8, codec_of, plain_name
from assay.readers.options import Options
from assay.readers.records import MAX_NAME, BadRecord
from assay.readers.timestamps import moment_of
from assay.readers.tree import ExportFile, Tree

SUFFIXES: Final = frozenset(
    {".gz", ".jsonl", ".ndjson", ".json", ".txt", ".log", ".zip", ".tar", ".tgz", ".mbox", ".md", ".vtt", ".srt"}
)
A_DAY: Final = re.compile(r"\d{4}[-_.]?\d\d[-_.]?\d\d")
AN_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How the folder of an upload is called."""
MAX_HEAD: Final = 2**16
MAX_UNKNOWN: Final = 1_000
MAX_WARNINGS: Final = 50


@dataclass(slots=True)
class Notes:
    """What a reader noticed, besides the messages."""

    has_bare_times: bool = False
    """Some times name no zone."""
    day_order: str | None = None
    """How dates are read whose day and month could be either."""
    codecs: set[str] = field(default_factory=set)
    """Encodings of the files."""
    beyond_ascii: int = 0
    in_fallback: int = 0
    """Lines that are no UTF-8 and were read as Windows-1252."""
    unknown_ids: dict[str, None] = field(default_factory=dict)
    """Ids of people without a name."""
    nuls: int = 0
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, sentence: str) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings[sentence] = None

    def unknown(self, identity: str) -> str:
        """The id itself, which stands for a name."""
        if len(self.unknown_ids) < MAX_UNKNOWN:
            self.unknown_ids[identity[:MAX_NAME]] = None
        return identity

    @property
    def encoding(self) -> str:
        """One short text for the whole export."""
        names = " and ".join(sorted(self.codecs)) or "utf-8"
        if not self.in_fallback:
            return names
        if self.in_fallback == self.beyond_ascii:
            return FALLBACK
        return f"{names}, and {self.in_fallback:,} lines in {FALLBACK}"


@dataclass(slots=True)
class Export:
    tree: Tree
    options: Options = field(default_factory=Options)
    notes: Notes = field(default_factory=Notes)
    at: datetime = field(default_factory=now)
    """The current time: nothing was said later."""

    @property
    def channel(self) -> str:
        """Where nothing in the export names one."""
        return self.options.channel or default_name(self.tree.path)

    def channel_of(self, member: ExportFile) -> str:
        """As `channel`, where each file holds a channel of its own."""
        return (
            self.channel if self.tree.is_single or self.options.channel else default_name(self.tree.path / member.path)
        )

    def lines(self, member: ExportFile, *, with_blanks: bool = True, is_noted: bool = True) -> Iterator[Line | BadLine]:
        """The lines of a file, in whatever encoding. `is_noted`: false where the file is read once more in the end."""
        decoder = LineDecoder()
        number, codec = 0, None
        try:
            with member.open() as packed:
                codec = codec_of(packed, self.options.encoding)
                stream = as_utf8(packed, codec, member.shown) if codec else packed
                for line in read_lines(stream, member.shown, decode=decoder, with_blanks=with_blanks):
                    number = line.number
                    yield line
        except InvalidInput as refusal:
            if self.tree.is_single:
                raise
            yield BadLine(number + 1, str(refusal))
        finally:
            if is_noted:
                self._note(codec, decoder)

    def _note(self, codec: str | None, decoder: LineDecoder) -> None:
        self.notes.codecs.add(plain_name(codec))
        self.notes.beyond_ascii += decoder.beyond_ascii
        self.notes.in_fallback += decoder.in_fallback

    def items(
        self, member: ExportFile, prefix: str, *, is_series: bool = False
    ) -> Iterator[tuple[str, dict[str, Any]] | BadRecord]:
        """The objects of a JSON document below the prefix, each with its place. `is_series`: of several in a row."""
        try:
            document = self._document(member)
        except InvalidInput as refusal:
            if self.tree.is_single:
                raise
            yield BadRecord(member.path, str(refusal))
            return
        for number, found in documents.items(document, prefix, is_series=is_series):
            place = self.place(member, "item", number)
            if isinstance(found, dict):
                yield place, found
            elif isinstance(found, documents.Broken):
                yield BadRecord(place, found.sentence)
            else:
                yield BadRecord(place, f"It is a JSON {type(found).__name__}, not an object.")

    def records(
        self, member: ExportFile, *, holding: str = "", is_noted: bool = True
    ) -> Iterator[tuple[str, dict[str, Any]] | BadRecord]:
        """Objects one a line, or of a JSON list. `holding`: only lines with this in them are read."""
        if self.begins(member) == "[":
            yield from self.items(member, "item")
            return
        for line in self.lines(member, with_blanks=False, is_noted=is_noted):
            if isinstance(line, BadLine):
                yield BadRecord(self.place(member, "line", line.number), line.sentence)
            elif holding in line.text:
                place = self.place(member, "line", line.number)
                try:
                    yield place, documents.json_object(line.text)
                except documents.Refused as error:
                    yield BadRecord(place, str(error))

    def begins(self, member: ExportFile) -> str:
        """The first character of a file that is no white space; empty for none."""
        return self.head(member).lstrip()[:1].decode("ascii", "replace")

    def head(self, member: ExportFile) -> bytes:
        """The first bytes of a file in UTF-8, without a mark of byte order; none where it cannot be read."""
        try:
            stream = member.open()
            if codec := codec_of(stream, self.options.encoding):
                stream = as_utf8(stream, codec, member.shown)
            with stream:
                return stream.read(MAX_HEAD).removeprefix(codecs.BOM_UTF8)
        except InvalidInput:
            return b""

    def grouped(
        self, member: ExportFile, groups: Sequence[str], inner: str
    ) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]] | BadRecord]:
        """The objects in the list `inner` of each group, each with its place and the other fields of its group."""
        for number, group, found in documents.grouped(self._document(member), groups, inner):
            place = self.place(member, "item", number)
            yield BadRecord(place, found.sentence) if isinstance(found, documents.Broken) else (place, group, found)

    def root(self, member: ExportFile, *, before: str) -> dict[str, Any]:
        """The fields of a JSON object that stand before the one of that name."""
        try:
            return documents.fields_before(self._document(member), before)
        except InvalidInput:
            return {}

    def listed(self, member: ExportFile, prefix: str = "item") -> list[dict[str, Any]]:
        """All objects of a short list, such as that of the users; none where it is broken."""
        found = (each for each in self.items(member, prefix) if not isinstance(each, BadRecord))
        return [item for _, (_, item) in zip(range(documents.MAX_LISTED), found, strict=False)]

    def _document(self, member: ExportFile) -> documents.Document:
        stream = member.open()
        codec = codec_of(stream, self.options.encoding)
        self.notes.codecs.add(plain_name(codec))
        return documents.Document(as_utf8(stream, codec, member.shown) if codec else stream)

    def moment(self, value: object) -> datetime:
        """Raises ValueError with one sentence. A time without a zone is read in the one that was named, else UTC."""
        moment, is_bare = moment_of(value, self.options.zone)
        if is_bare:
            self.notes.has_bare_times = True
        return moment

    def local(self, bare: datetime) -> datetime:
        """A time that was written without a zone. Raises ValueError at the ends of the calendar."""
        self.notes.has_bare_times = True
        return in_utc(bare.replace(tzinfo=self.options.zone or UTC))

    def place(self, member: ExportFile, unit: str, number: int) -> str:
        place = f"{unit} {number:,}"
        return place if self.tree.is_single else f"{member.path}, {place}"


def default_name(path: Path) -> str:
    """The name of the file without folders and the endings of chat files; of a file named by its day, the folder, if
    people gave it its name."""
    stem = Path(path.name)
    while stem.suffix.casefold() in SUFFIXES:
        stem = stem.with_suffix("")
    name = stem.name
    if A_DAY.fullmatch(name) and (folder := path.absolute().parent.name) and not AN_ID.fullmatch(folder):
        name = folder
    return name[:MAX_NAME].encode(errors="replace").decode().strip() or "chat"


def day_in(name: str) -> date | None:
    """The day in the name of a file."""
    for found in A_DAY.finditer(name):
        try:
            return date.fromisoformat(re.sub(r"[-_.]", "", found[0]))
        except ValueError:
            continue
    return None
