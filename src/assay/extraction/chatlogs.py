"""Chats as plain text: a stamp, an author, the words; lines without a stamp go on with the message before.

    [2026-03-02 09:14] <ana> text          09:14 <ana> text   (after a line that names the day)
    2026-03-02 09:14:05 ana: text          02/03/2026, 09:14 - Ana: text

A day with slashes is day first, unless the file's own dates say otherwise. A line about the chat itself, without
an author, is kept as noise. Every pattern is a fixed sequence, so that no line takes long to judge.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from assay.clock import in_utc
from assay.extraction.incoming import NAME_LIMIT, TEXT_LIMIT
from assay.extraction.said import Said
from assay.extraction.timestamps import shown
from assay.lines import BadLine, Line

CLOCK: Final = r"(?P<clock>\d{1,2}:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?"
ZONE: Final = r"(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
SLASHED: Final = r"(?P<day>\d{1,2}(?P<mark>[/.])\d{1,2}(?P=mark)\d{2,4})"
HALF: Final = r"(?P<half>[AaPp]\.?[Mm]\.?)?"
STAMPS: Final = {
    "iso": re.compile(rf"\[?(?P<day>\d{{4}}-\d\d-\d\d)[T ,]{{1,2}}{CLOCK} ?{ZONE}\]?(?=\s)"),
    "slashed": re.compile(rf"\[?{SLASHED},? {CLOCK} ?{HALF}\]?(?: -)?(?=\s)"),
    "clock": re.compile(rf"\[?{CLOCK}\]?(?=\s)"),
}
SPEAKER: Final = re.compile(
    r"<[ @+%&~]?(?P<bracketed>[^<>]+)> ?"
    r"|\* (?P<acting>\S+) "
    r"|(?!-[!>-]|[<=]-|\*)(?P<named>[^:<>]+):(?: |$)"
)  # fmt: skip
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LEAD: Final = r"[^\w\n]*(?:[a-z]+,? ){0,4}?"
MONTH: Final = rf"(?P<name>(?:{'|'.join(MONTHS)})[a-z]{{0,6}})"
HEADERS: Final = tuple(
    re.compile(rf"{LEAD}{day}[^\w\n]*", re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"(?P<day>\d{{1,2}})\.? {MONTH}\.?,? (?P<year>\d{{4}})",
        rf"{MONTH}\.? (?P<day>\d{{1,2}}),? (?:\d\d:\d\d(?::\d\d)? )?(?P<year>\d{{4}})",
    )
)
LONGEST_HEADER: Final = 80
DIRECTION_MARKS: Final = "\ufeff\u200e\u200f\u202a\u202c"
SPACES: Final = str.maketrans({"\u202f": " ", "\u00a0": " "})
NOBODY: Final = "system"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file writes its stamps."""

    stamp: re.Pattern[str]
    month_first: bool = False


def recognised(texts: Sequence[str]) -> tuple[Dialect, int] | None:
    """The dialect that most of these lines are written in, and how many are."""
    heads = [_head(text) for text in texts]
    found = {name: [stamp for head in heads if (stamp := _match(pattern, head))] for name, pattern in STAMPS.items()}
    name = max(found, key=lambda each: len(found[each]))
    if not found[name]:
        return None
    month_first = name == "slashed" and _is_month_first(found[name])
    return Dialect(STAMPS[name], month_first), len(found[name])


def _head(text: str) -> str:
    """As much of a line as a stamp and an author can take."""
    return text[: 2 * NAME_LIMIT].lstrip(DIRECTION_MARKS).translate(SPACES)


def _match(pattern: re.Pattern[str], head: str) -> re.Match[str] | None:
    """The stamp, where something is said behind it by somebody."""
    stamp = pattern.match(head)
    return stamp if stamp and SPEAKER.match(head[stamp.end() :].lstrip()) else None


def _is_month_first(stamps: Sequence[re.Match[str]]) -> bool:
    days = [[int(part) for part in stamp["day"].split(stamp["mark"])] for stamp in stamps if stamp["mark"] == "/"]
    return any(second > 12 for _, second, _ in days) and all(first <= 12 for first, _, _ in days)


def read_chat_log(lines: Iterable[Line | BadLine], dialect: Dialect) -> Iterator[Said | BadLine]:
    log = _Log(dialect)
    for line in lines:
        if isinstance(line, Line):
            yield from log.take(line)
        else:
            yield from log.finish()
            log.skips = True
            yield line
    yield from log.finish()


class _Log:
    """Where the reading stands: the message whose lines still come in, and the day that the clock belongs to."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._day: date | None = None
        self._open: Said | None = None
        self._parts: list[str] = []
        self._room = 0
        self.skips = False
        """Lines without a stamp belong to a message that was refused."""

    def take(self, line: Line) -> Iterator[Said | BadLine]:
        text = line.text.lstrip(DIRECTION_MARKS)
        head = text.translate(SPACES)
        if stamp := self._dialect.stamp.match(head):
            yield from self.finish()
            yield from self._begin(line.number, stamp, text[stamp.end() :].lstrip())
        elif "day" not in self._dialect.stamp.groupindex and (day := _header(head)):
            yield from self.finish()
            self._day = day
        elif self._open:
            self._go_on(text)
        elif not self.skips:
            yield BadLine(line.number, f"The line {shown(text)} begins with no date and belongs to no message.")

    def finish(self) -> Iterator[Said | BadLine]:
        """The message whose lines have all come in."""
        said, self._open, self.skips = self._open, None, False
        if said is None:
            return
        said.text = "\n".join(self._parts).strip("\n")
        if self._room < 0:
            yield BadLine(said.number, f"The text has more than {TEXT_LIMIT:,} characters, which is not allowed.")
        else:
            yield said

    def _begin(self, number: int, stamp: re.Match[str], rest: str) -> Iterator[BadLine]:
        try:
            sent_at = _moment(stamp, self._dialect, self._day)
        except (ValueError, OverflowError) as error:
            self.skips = True
            yield BadLine(number, str(error) if isinstance(error, _Undated) else _no_date(stamp))
            return
        author, words, is_noise = _spoken(rest)
        self._open = Said(number, author, sent_at, "", is_noise=is_noise)
        self._parts, self._room = [], TEXT_LIMIT
        self._go_on(words)

    def _go_on(self, words: str) -> None:
        """Keeps the words as long as there is room for them."""
        self._room -= len(words) + bool(self._parts)
        if self._room >= 0:
            self._parts.append(words)


class _Undated(ValueError):
    """The line has a clock, but nothing said yet which day it is."""


def _no_date(stamp: re.Match[str]) -> str:
    return f"The date {shown(stamp.group().strip('[] -'))} is in no calendar."


def _spoken(rest: str) -> tuple[str, str, bool]:
    """Author, words, and whether it is about the chat rather than said in it."""
    speaker = SPEAKER.match(rest)
    if speaker is None:
        return NOBODY, rest, True
    author = speaker["bracketed"] or speaker["acting"] or speaker["named"]
    return author.strip(), rest[speaker.end() :], speaker["acting"] is not None


def _moment(stamp: re.Match[str], dialect: Dialect, day: date | None) -> datetime:
    groups = stamp.groupdict()
    if "mark" in groups:
        day = _slashed(stamp, month_first=dialect.month_first)
    elif "day" in groups:
        day = date.fromisoformat(groups["day"])
    if day is None:
        raise _Undated("The line has a time but no day: a line such as 2026-03-02 must come before it.")
    hour, minute, second = (int(part) for part in f"{groups['clock']}:0".split(":")[:3])
    if half := groups.get("half"):
        hour = hour % 12 + 12 * half.casefold().startswith("p")
    moment = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001  # the zone follows
    return in_utc(moment) - _offset(groups.get("zone"))


def _slashed(stamp: re.Match[str], *, month_first: bool) -> date:
    first, second, year = (int(part) for part in stamp["day"].split(stamp["mark"]))
    day, month = (second, first) if month_first else (first, second)
    return date(year + 2000 if year < 100 else year, month, day)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in {"Z", "UTC"}:
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("No zone is so far from UTC.")
    minutes += 60 * hours
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


def _header(text: str) -> date | None:
    """The day that a line such as "--- Day changed Mon Mar 02 2026" announces."""
    if len(text) > LONGEST_HEADER:
        return None
    for pattern in HEADERS:
        if found := pattern.fullmatch(text.strip()):
            try:
                return _day_of(found.groupdict())
            except ValueError:
                return None
    return None


def _day_of(groups: dict[str, str]) -> date:
    month = int(groups["month"]) if "month" in groups else MONTHS.index(groups["name"][:3].casefold()) + 1
    return date(int(groups["year"]), month, int(groups["day"]))
