"""A talk as it is read: who says what, by lines and sentences, each at its place in the raw message."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from assay.ai.extractor import Message
from assay.ai.rules.ranking.signs import WORD, fold
from assay.text.markup import CODE_BLOCK, MAX_CHARACTERS

QUOTED: Final = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
ENDING: Final = re.compile(r"(?:[.!?…]+[\"'»“”)\]]*|[;])\s+(?=\S)")
ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:\w|\d{1,2}|[A-Za-zА-Яа-яІіЇї]\.\w|e\.g|i\.e|etc|vs|cf|approx|dr|mr|mrs|ms|st|nr|no|ca|bzw|evtl|inkl|usw|z\.b|d\.h|u\.a"
    r"|ggf|bspw|str|mme|mlle|art|env|ej|sra?|srta|núm|pág|тис|млн|грн|год|хв|вул|буд|р|м|min|max|tel|fig|abs|prof)\.$",
    re.IGNORECASE,
)
BULLET: Final = re.compile(r"^\s*(?:[-*•·–—+]\s+|\[[ xX]?\]\s+|\(?\d{1,2}[.):]\)?\s+|[a-z]\)\s+|✅\s*|👉\s*|➡️?\s*)+")
HEADING: Final = re.compile(
    r"^\s*(?:#{1,6}\s+(?P<marked>.+)|\*\*(?P<bold>[^*]+?)\*\*:?|__(?P<under>[^_]+?)__:?|(?P<plain>[^.!?;,]{2,60}):)\s*$"
)
LABEL: Final = re.compile(r"^(?:\*\*|__)?(?P<name>[^\W\d_][\w.'’() /&-]{0,28}?)(?:\*\*|__)?\s?:(?:\*\*|__)?\s+(?=\S)")
SET_OFF: Final = re.compile(r"^(?:\*\*|__)(?P<name>[^*_\n]{2,50}?)[.:]?(?:\*\*|__)[.:]?\s+(?=\S)")
"""A heading at the beginning of its paragraph."""
WRAPPED: Final = 45
"""Characters of a line from which the next may go on with its sentence."""
MIN_LETTERS: Final = 2
NOTES: Final = 3
"""Lines of a message from which it is read as notes."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacedSentence:
    message: Message
    start: int
    end: int
    order: int
    """Within its passage."""

    @property
    def raw(self) -> str:
        return self.message.text[self.start : self.end]


@dataclass(eq=False)
class Passage:
    """What somebody says in one go: a message, or a line of notes."""

    message: Message
    author: str
    sentences: list[PlacedSentence]
    is_line: bool = False
    heading: str = ""
    index: int = 0
    """In its talk."""
    language: str = ""
    stems: frozenset[str] = field(default_factory=frozenset)
    people: frozenset[str] = frozenset()
    """How those who talk are called, in small letters: by all of their name, or the first of it."""

    @cached_property
    def raw(self) -> str:
        return self.message.text[self.sentences[0].start : self.sentences[-1].end]

    @cached_property
    def folded(self) -> str:
        return fold(self.raw)

    @property
    def asks(self) -> bool:
        return "?" in self.raw

    @cached_property
    def words(self) -> list[str]:
        return WORD.findall(self.folded)


def passages(messages: Sequence[Message]) -> list[Passage]:
    """Of one talk, in its order."""
    found = [each for message in messages for each in _of_message(message)]
    people = frozenset(name for each in found for name in _names(fold(each.author)))
    for index, each in enumerate(found):
        each.index, each.people = index, people
    return found


def _names(author: str) -> tuple[str, str]:
    return author, author.split()[0] if author.split() else author


def _of_message(message: Message) -> Iterator[Passage]:
    text = readable(message.text)
    lines = list(_lines(text))
    if len(lines) < NOTES and not any(_is_line(text[start:end]) for start, end in lines):
        said = [each for start, end in lines for each in _sentences(message, text, start, end)]
        if said:
            yield Passage(message, message.author, _numbered(said))
        return
    yield from _of_notes(message, text, lines)


def _is_line(text: str) -> bool:
    return any(pattern.match(text) for pattern in (BULLET, HEADING, SET_OFF))


def _of_notes(message: Message, text: str, lines: Sequence[tuple[int, int]]) -> Iterator[Passage]:
    """Each line or paragraph is a passage; headings stand over what follows, and "Name: ..." tells who says it."""
    heading = ""
    for start, end in lines:
        if title := HEADING.match(text[start:end]):
            heading = next(filter(None, title.groups()), "").strip()
            continue
        bullet = BULLET.match(text[start:end])
        start += bullet.end() if bullet else 0
        under = SET_OFF.match(text[start:end])
        start += under.end() if under else 0
        label = LABEL.match(text[start:end])
        start += label.end() if label else 0
        author = label["name"] if label else message.author
        if said := list(_sentences(message, text, start, end)):
            yield Passage(message, author, _numbered(said), is_line=True, heading=under["name"] if under else heading)


def _numbered(said: Iterable[tuple[Message, int, int]]) -> list[PlacedSentence]:
    return [PlacedSentence(*place, order) for order, place in enumerate(said)]


def readable(raw: str) -> str:
    """The text with code blocks and quoted lines blanked, every other character at its place."""
    text = raw[:MAX_CHARACTERS]
    for pattern in (CODE_BLOCK, QUOTED):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines with letters in them; wrapped ones are joined."""
    start: int | None = None
    end = 0
    for found in re.finditer(r"[^\n]+", text):
        if not WORD.search(found[0]):
            continue
        if start is not None and _is_wrapped(text[start:end], text[end : found.start()], found[0]):
            end = found.end()
            continue
        if start is not None:
            yield start, end
        start, end = found.span()
    if start is not None:
        yield start, end


def _is_wrapped(before: str, gap: str, line: str) -> bool:
    last = before.rsplit("\n", 1)[-1].rstrip()
    return (
        gap.count("\n") == 1
        and len(last) >= WRAPPED
        and last[-1] not in ".!?:;…"
        and line.lstrip()[:1].islower()
        and not BULLET.match(line)
    )


def _sentences(message: Message, text: str, start: int, end: int) -> Iterator[tuple[Message, int, int]]:
    begin = start
    for found in ENDING.finditer(text, start, end):
        if ABBREVIATION.search(text[max(begin, found.start() - 8) : found.start() + 1]):
            continue
        yield from _trimmed(message, text, begin, found.end())
        begin = found.end()
    yield from _trimmed(message, text, begin, end)


def _trimmed(message: Message, text: str, start: int, end: int) -> Iterator[tuple[Message, int, int]]:
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    end = start + len(said.strip())
    if sum(map(str.isalpha, text[start:end])) >= MIN_LETTERS:
        yield message, start, end
