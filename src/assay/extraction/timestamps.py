"""When something was said, in the many ways files write it. A moment without a zone is taken as UTC."""

import re
from datetime import UTC, datetime
from typing import Final

from assay.clock import in_utc

MILLISECONDS_FROM: Final = 10**11
"""Seconds since 1970 reach this in the year 5138, milliseconds reached it in 1973."""
NUMBER: Final = re.compile(r"[0-9]{9,20}(?:\.[0-9]{1,20})?")
"""A moment since 1990 has at least nine digits; a text of eight is a day."""
SHOWN: Final = 40


def moment_of(value: object) -> datetime:
    """Reads ISO 8601, or seconds or milliseconds since 1970. Raises ValueError with one sentence."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, str):
        return _from_iso(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    raise ValueError(
        "The date is missing." if value is None else f"The date is no text, but of type {type(value).__name__}."
    )


def _from_iso(value: str) -> datetime:
    try:
        return in_utc(datetime.fromisoformat(value.strip()))
    except ValueError:
        raise ValueError(f"The date {shown(value)} is not one, like 2026-03-02T09:14:05Z.") from None


def _from_epoch(value: float) -> datetime:
    try:
        seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else float(value)
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("The date is a number beyond every calendar.") from None


def shown(value: str) -> str:
    """A value as a sentence may quote it: short, on one line, without control characters."""
    return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}...")
