"""The one source of the current time."""

from datetime import UTC, datetime, timedelta
from typing import Final

MAX_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of two machines may differ. What is dated later was written by a clock that was ahead once."""


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)
