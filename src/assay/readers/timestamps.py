"""When something was said, in the many ways files write it."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from assay.clock import in_utc

MILLISECONDS_FROM: Final = 10**11
"""Seconds since 1970 reach this in the year 5138, milliseconds reached it in 1973."""
MICROSECONDS_FROM: Final = 10**14
BEYOND: Final = 10**18
START: Final = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER: Final = re.compile(r"[0-9]{9,20}(?:\.[0-9]{1,20})?")
"""A moment since 1990 has at least nine digits; a text of eight is a day."""
SHOWN: Final = 40


def moment_of(value: object, zone: tzinfo | None = None) -> tuple[datetime, bool]:
    """Reads ISO 8601, or seconds, milliseconds or microseconds since 1970, and says whether it names no zone.

    Raises ValueError with one sentence. `zone`: of what names none; else it is UTC.
    """
    if isinstance(value, str):
        if NUMBER.fullmatch(value.strip()):
            return from_epoch(Decimal(value.strip())), False
        return _from_iso(value, zone)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return from_epoch(value), False
    raise ValueError(
        "The date is missing." if value is None else f"The date is no text, but of type {type(value).__name__}."
    )


def _from_iso(value: str, zone: tzinfo | None) -> tuple[datetime, bool]:
    try:
        moment = datetime.fromisoformat(value.strip())
        is_bare = moment.tzinfo is None
        return in_utc(moment.replace(tzinfo=zone) if is_bare and zone else moment), is_bare
    except ValueError:
        raise ValueError(f"The date {shown(value)} is not one, like 2026-03-02T09:14:05Z.") from None


def from_epoch(value: float | Decimal) -> datetime:
    """Raises ValueError with one sentence."""
    try:
        amount = Decimal(value)
        amount = amount if abs(amount) < BEYOND else Decimal("inf")
        unit = 1_000_000 if abs(amount) >= MICROSECONDS_FROM else 1_000 if abs(amount) >= MILLISECONDS_FROM else 1
        return START + timedelta(microseconds=round(amount * 1_000_000 / unit))
    except (ValueError, OverflowError, ArithmeticError, OSError):
        raise ValueError("The date is a number beyond every calendar.") from None


def shown(value: str) -> str:
    """A value as a sentence may quote it: short, on one line, without control characters."""
    return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}...")


MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LEAD: Final = r"[^\w\n]*(?:[a-z]+[,:]? ){0,4}?"
MONTH: Final = rf"(?P<name>(?:{'|'.join(MONTHS)})[a-z]{{0,6}})"
HEADERS: Final = tuple(
    re.compile(rf"{LEAD}{day}[^\w\n]*", re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"(?P<day>\d{{1,2}})\.? {MONTH}\.?,? (?P<year>\d{{4}})",
        rf"{MONTH}\.? +(?P<day>\d{{1,2}}),? (?:\d\d:\d\d(?::\d\d)? )?(?P<year>\d{{4}})",
    )
)
MAX_HEADER: Final = 80


def header_day(text: str) -> date | None:
    """The day that a line such as "--- Day changed Mon Mar 02 2026" announces."""
    if len(text) > MAX_HEADER:
        return None
    for pattern in HEADERS:
        if found := pattern.fullmatch(text.strip()):
            try:
                return _day_of(found.groupdict())
            except ValueError:
                return None
    return None


def _day_of(groups: dict[str, str]) -> date:
    month = int(groups["month"]) if "month" in groups else month_number(groups["name"])
    return date(int(groups["year"]), month, int(groups["day"]))


def month_number(name: str) -> int:
    return MONTHS.index(name[:3].casefold()) + 1


def offset_of(zone: str | None) -> timedelta | None:
    """How far a zone written as Z, UTC or +01:00 is from UTC. Raises ValueError where none is so far."""
    if zone is None:
        return None
    if zone in {"Z", "UTC"}:
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("No zone is so far from UTC.")
    minutes += 60 * hours
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
