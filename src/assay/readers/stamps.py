"""The stamps in front of the lines of a chat log, and what order their day and month are in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from assay.lines import Line
from assay.readers.export import Export
from assay.readers.logs import DIRECTION_MARKS, MAX_HEAD, SPACES
from assay.readers.timestamps import month_number, offset_of, shown
from assay.readers.tree import ExportFile

DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
PLAIN: Final = SPACES | DIGITS
CLOCK: Final = r"(?P<clock>\d{1,2}[:.]\d\d(?:[:.]\d\d)?)(?:[.,]\d{1,9})?"
HALF: Final = r"(?: ?(?P<half>[AaPp]\.? ?[Mm](?:\.|(?=[\]\s]))|[صم](?=[\]\s])))?"
ZONE: Final = r"(?: ?(?P<zone>Z|UTC|[+-]\d\d:?\d\d))?"
DAY: Final = (
    r"(?:(?P<year>\d{4})\u200f?(?P<y_mark>[-/.]) ?(?P<y_month>\d{1,2})\u200f?(?P=y_mark) ?(?P<y_day>\d{1,2})"
    r"|(?P<first>\d{1,2})\u200f?(?P<mark>[-/.]) ?(?P<second>\d{1,2})\u200f?(?P=mark) ?(?P<last>\d{4}|\d{2}))\.?"
)
DATED: Final = re.compile(rf"\[?{DAY}(?:T|[,،]? ){CLOCK}{HALF}{ZONE}\]?(?=\s|<)")
CHAT: Final = re.compile(
    rf"(?:\[{DAY}[,،]? {CLOCK}{HALF}\]|{re.sub('<(?!=)', '<x_', DAY).replace('P=', 'P=x_')}[,،]? "
    rf"{re.sub('<(?!=)', '<x_', CLOCK)}{re.sub('<(?!=)', '<x_', HALF)} [-–])(?=\s)"
)
NAMED: Final = re.compile(
    rf"(?:[A-Za-z]{{3}}, )?(?P<month>[A-Z][a-z]{{2}})[a-z]* (?P<day>\d{{1,2}}), (?P<year>\d{{4}}),? "
    rf"{CLOCK}{HALF} [-–](?=\s)"
)
YEARLESS: Final = re.compile(rf"(?P<month>[A-Z][a-z]{{2}}) (?P<day>[\d ]\d) {CLOCK}(?=\s)")
BARE: Final = re.compile(rf"\[?{CLOCK}{HALF}\]?(?=\s|<)")
DATE_LENGTH: Final = 10
"""Characters that hold the day, month and year: lines that share them need no second look."""
DAY_FIRST: Final = "day first"
MONTH_FIRST: Final = "month first"
ASSUMED: Final = "day first (assumed)"


def head_of(text: str) -> str:
    """As much of a line as a stamp and an author can take, with the digits and spaces a pattern knows."""
    head = text[:MAX_HEAD]
    return head if head.isascii() else head.translate(PLAIN)


def without_marks(text: str) -> str:
    return text.lstrip(DIRECTION_MARKS)


@dataclass(slots=True)
class DayOrder:
    """Whether 02/03/2026 is a day in March or in February, from all dates of an export."""

    now: date
    _days: int = 0
    _fits: dict[str, bool] = field(default_factory=lambda: {DAY_FIRST: True, MONTH_FIRST: True})
    _ahead: dict[str, int] = field(default_factory=lambda: {DAY_FIRST: 0, MONTH_FIRST: 0})
    _falls: dict[str, int] = field(default_factory=lambda: {DAY_FIRST: 0, MONTH_FIRST: 0})
    _before: dict[str, date | None] = field(default_factory=lambda: {DAY_FIRST: None, MONTH_FIRST: None})

    def take(self, first: int, second: int, year: int) -> None:
        self._days += 1
        for order in self._fits:
            try:
                day = day_of(first, second, year, order)
            except ValueError:
                self._fits[order] = False
                continue
            self._ahead[order] += day > self.now + timedelta(days=1)
            before = self._before[order]
            self._falls[order] += before is not None and day < before
            self._before[order] = day

    def new_file(self) -> None:
        self._before = dict.fromkeys(self._before)

    @property
    def decided(self) -> str | None:
        """None where there was nothing to decide."""
        if not self._days:
            return None
        fitting = [order for order, fits in self._fits.items() if fits] or [DAY_FIRST, MONTH_FIRST]
        for counts in (self._ahead, self._falls):
            fewest = min(counts[order] for order in fitting)
            fitting = [order for order in fitting if counts[order] == fewest]
        return fitting[0] if len(fitting) == 1 else ASSUMED


def day_of(first: int, second: int, year: int, order: str) -> date:
    """Raises ValueError where there is no such day."""
    day, month = (second, first) if order == MONTH_FIRST else (first, second)
    return date(year + 2000 if year < 100 else year, month, day)


def order_of(export: Export, members: Iterable[ExportFile], pattern: re.Pattern[str]) -> str | None:
    """Reads the stamps of all files once, and notes what was decided."""
    order = DayOrder(export.at.date())
    last = ""
    for member in members:
        before = ""
        order.new_file()
        for line in export.lines(member, is_noted=False):
            if not isinstance(line, Line):
                continue
            head = head_of(without_marks(line.text))
            if head[:DATE_LENGTH] == before or not (stamp := pattern.match(head)):
                continue
            before = head[:DATE_LENGTH]
            groups = parts_of(stamp)
            written = "{first}/{second}/{last}".format(**groups) if groups.get("first") else ""
            if written and written != last:
                last = written
                order.take(int(groups["first"] or 0), int(groups["second"] or 0), int(groups["last"] or 0))
    export.notes.day_order = order.decided
    if order.decided == ASSUMED:
        export.notes.warn("It is unclear whether dates such as 02/03 begin with day or month: read as day first.")
    return order.decided


def parts_of(stamp: re.Match[str]) -> dict[str, str | None]:
    """The groups of a stamp, whichever of two ways it was written in."""
    groups = stamp.groupdict()
    if groups.get("x_clock"):
        return {name[2:]: value for name, value in groups.items() if name.startswith("x_")}
    return groups


def moment(export: Export, stamp: re.Match[str], order: str | None, day: date | None = None) -> datetime:
    """Raises ValueError with a sentence where there is no such moment. `day`: of a stamp that names none."""
    groups = parts_of(stamp)
    try:
        on = _day(groups, order, day)
        hour, minute, second = (int(part) for part in f"{groups['clock']}:0".replace(".", ":").split(":")[:3])
        if half := groups.get("half"):
            hour = hour % 12 + 12 * (half[0] in "Ppم")
        bare = datetime(on.year, on.month, on.day, hour, minute, second)  # noqa: DTZ001  # the zone follows
        offset = offset_of(groups.get("zone"))
        return export.local(bare) if offset is None else export.moment((bare - offset).isoformat() + "Z")
    except Undated:
        raise
    except (ValueError, OverflowError):
        raise ValueError(f"The date {shown(stamp.group().strip('[] -'))} is in no calendar.") from None


class Undated(ValueError):
    """The line has a clock, but nothing said yet which day it is."""


def _day(groups: dict[str, str | None], order: str | None, day: date | None) -> date:
    if groups.get("y_month"):
        return date(int(groups["year"] or 0), int(groups["y_month"] or 0), int(groups["y_day"] or 0))
    if groups.get("first"):
        return day_of(
            int(groups["first"] or 0), int(groups["second"] or 0), int(groups["last"] or 0), order or DAY_FIRST
        )
    if groups.get("month"):
        if not groups.get("year") and day is None:
            raise Undated("The line names no year: a line that names it must come before it.")
        year = int(groups.get("year") or (day.year if day else 0))
        return date(year, month_number(groups["month"] or ""), int(groups["day"] or 0))
    if day is None:
        raise Undated(
            "The line has a time but no day: a line such as 2026-03-02 must come before it, or --date names the day."
        )
    return day


def sampled(export: Export, member: ExportFile, number: int = 200) -> list[str]:
    """The first lines of a file."""
    lines = export.lines(member, with_blanks=False, is_noted=False)
    found = [line.text for line in islice(lines, number) if isinstance(line, Line)]
    lines.close()  # type: ignore[attr-defined]
    return found
