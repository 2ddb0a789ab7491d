"""Chats as plain text: a stamp, an author, the words; lines without a stamp go on with the message before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from assay.lines import BadLine, Line
from assay.readers.export import Export
from assay.readers.records import MAX_NAME, MAX_TEXT, BadRecord, Found, IncomingMessage, Skipped
from assay.readers.timestamps import shown
from assay.readers.tree import ExportFile

DIRECTION_MARKS: Final = "\ufeff\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
SPACES: Final = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "\u2007": " "})
MAX_HEAD: Final = 2 * MAX_NAME
"""Characters of a line that a stamp and an author can take."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The beginning of a message."""

    sent_at: datetime
    author: str
    words: str
    author_id: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """A line about the file itself, such as the one that names the day. It is no message and no fault."""


Judged = Speech | Skipped | Header | None
"""None: the line goes on with what came before."""
Judge = Callable[[Line], Judged]
"""Raises ValueError with a sentence where a line has a stamp that is none."""
Finish = Callable[[IncomingMessage], Found]


@dataclass(slots=True)
class LogReader:
    """Where the reading of one file stands: the message whose lines still come in."""

    export: Export
    member: ExportFile
    channel: str
    judge: Judge
    finish: Finish
    """What becomes of a message whose lines have all come in."""
    _open: Speech | None = None
    _number: int = 0
    _parts: list[str] = field(default_factory=list)
    _room: int = 0
    _is_skipping: bool = False
    """Lines without a stamp belong to something that is left out."""

    def read(self) -> Iterator[Found]:
        for line in self.export.lines(self.member):
            if isinstance(line, Line):
                yield from self._take(line)
            else:
                yield from self._end()
                self._is_skipping = True
                yield self._bad(line)
        yield from self._end()

    def _take(self, line: Line) -> Iterator[Found]:
        try:
            judged = self.judge(line)
        except (ValueError, OverflowError) as error:
            yield from self._end()
            self._is_skipping = True
            yield self._bad(BadLine(line.number, str(error)))
            return
        if judged is None:
            if self._open:
                self._go_on(line.text.lstrip(DIRECTION_MARKS))
            elif not self._is_skipping and line.text.strip():
                sentence = f"The line {shown(line.text)} begins with no date and belongs to no message."
                yield self._bad(BadLine(line.number, sentence))
            return
        yield from self._end()
        if isinstance(judged, Skipped):
            self._is_skipping = True
            yield judged
        elif isinstance(judged, Speech):
            self._open, self._number, self._parts, self._room = judged, line.number, [], MAX_TEXT
            self._go_on(judged.words)

    def _end(self) -> Iterator[Found]:
        said, self._open, self._is_skipping = self._open, None, False
        if said is None:
            return
        text = "\n".join(self._parts).strip("\n").rstrip()
        if self._room < 0:
            sentence = f"The text has more than {MAX_TEXT:,} characters, which is not allowed."
            yield self._bad(BadLine(self._number, sentence))
            return
        yield self.finish(
            IncomingMessage(
                external_id="",
                channel=self.channel,
                author=said.author,
                sent_at=said.sent_at,
                text=text,
                is_bot=said.is_bot,
                author_id=said.author_id,
                where=self.export.place(self.member, "line", self._number),
            )
        )

    def _go_on(self, words: str) -> None:
        """Keeps the words as long as there is room for them."""
        self._room -= len(words) + bool(self._parts)
        if self._room >= 0:
            self._parts.append(words)

    def _bad(self, line: BadLine) -> BadRecord:
        return BadRecord(self.export.place(self.member, "line", line.number), line.sentence)
