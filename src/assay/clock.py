"""The one source of the current time."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAX_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of two machines may differ. What is dated later was written by a clock that was ahead once."""

MAX_AGED_OUT: Final = timedelta(days=1)
"""How much of what grew too old is deleted at a time, from the oldest on: a clock that is ahead costs no more."""


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC, which every part of the system takes; without a zone it is taken as UTC.

    Raises ValueError where an offset carries it beyond the first or the last year.
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} is in no year from 1 to 9999 of UTC") from None
