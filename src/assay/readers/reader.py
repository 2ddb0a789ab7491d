"""What a reader is: a name, a way to recognise its format, and a way to read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from assay.errors import InvalidInput
from assay.readers.documents import Shape, shape_of
from assay.readers.encodings import LineDecoder, as_utf8, codec_of
from assay.readers.export import Export
from assay.readers.records import Found
from assay.readers.tree import ExportFile, Tree

MAX_HEAD: Final = 256 * 2**10
MAX_LOOKED_AT: Final = 12
"""Files of a folder or an archive that are looked into."""
TELLING: Final = (".json", ".jsonl", ".txt", ".log", ".mbox", ".md")
MAX_LINES: Final = 200
CERTAIN: Final = 100
LIKELY: Final = 70
POSSIBLE: Final = 40
NO: Final = 0


@dataclass(frozen=True)
class Glance:
    """The beginning of a file, as far as it takes to recognise it."""

    member: ExportFile
    head: bytes
    """In UTF-8 where it was in UTF-16 or another known encoding."""

    @cached_property
    def shape(self) -> Shape | None:
        return shape_of(self.head)

    @cached_property
    def lines(self) -> list[str]:
        """The first ones that are not blank."""
        decode = LineDecoder()
        whole = self.head.split(b"\n")[: 10 * MAX_LINES]
        texts = (decode(raw, 0, "").rstrip("\r") for raw in whole)
        return [text for text in texts if text.strip()][:MAX_LINES]

    @property
    def is_binary(self) -> bool:
        return b"\0" in self.head[:8_192]


@dataclass
class Look:
    """What is known of an export before it is read."""

    tree: Tree
    encoding: str | None = None
    refusals: list[InvalidInput] = field(default_factory=list)
    """Why files could not be looked into."""

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(member.name for member in self.tree.members)

    @cached_property
    def glances(self) -> list[Glance]:
        """Of the first files, and of those whose names tell most."""
        members = sorted(
            self.tree.members, key=lambda each: not each.name.endswith((".json", ".jsonl", ".txt", ".log"))
        )
        found = (self._glance(member) for member in members[:MAX_LOOKED_AT])
        return [each for each in found if each]

    def _glance(self, member: ExportFile) -> Glance | None:
        try:
            stream = member.open()
            if codec := codec_of(stream, self.encoding):
                stream = as_utf8(stream, codec, member.shown)
            with stream:
                head = stream.read(MAX_HEAD).removeprefix(b"\xef\xbb\xbf")
        except InvalidInput as refusal:
            self.refusals.append(refusal)
            return None
        return Glance(member, head)

    @property
    def shapes(self) -> list[Shape]:
        return [each.shape for each in self.glances if each.shape]

    def best(self, judge: Callable[[Glance], int]) -> int:
        return max(map(judge, self.glances), default=NO)


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. `name`: for `--format`; `title`: for sentences."""

    name: str
    title: str
    sniff: Callable[[Look], int]
    """0 to 100: how sure it is that the export is of this format."""
    read: Callable[[Export], Iterator[Found]]
