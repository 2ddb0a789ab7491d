"""Which notifications are told, and when a failed attempt to tell is made again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

DAY: Final = timedelta(days=1)
MAX_PER_DAY: Final = 10
"""Failures of one subject that one receiver is told within a day, whatever they are."""
PAUSES: Final = tuple(timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600))
"""Between the attempts to tell. After the last of them it is given up."""
MAX_ATTEMPTS: Final = len(PAUSES) + 1


@dataclass(frozen=True, slots=True)
class PastAlert:
    """What a receiver was told about one subject. `complaint`: None when it worked again."""

    complaint: str | None
    at: datetime


def worth_telling(told: Sequence[PastAlert], news: PastAlert) -> bool:
    """Whether a receiver that was told so much (the oldest first) about a subject is to be told this too.

    In this order,
    1. that it works again, if the last that was told is that it failed;
    2. never more than MAX_PER_DAY failures within a day;
    3. what was not told since it last worked, or not within a day.
    """
    if news.complaint is None:
        return bool(told) and told[-1].complaint is not None
    within_a_day = [each for each in told if _is_near(each, news) and each.complaint is not None]
    if len(within_a_day) >= MAX_PER_DAY:
        return False
    since_it_worked = takewhile(lambda each: each.complaint is not None, reversed(told))
    return all(each.complaint != news.complaint or not _is_near(each, news) for each in since_it_worked)


def _is_near(told: PastAlert, news: PastAlert) -> bool:
    """Within a day. What was told by a clock that was ahead mutes nothing when the clock is right again."""
    return news.at - DAY < told.at < news.at + DAY


def next_pause(attempts: int) -> timedelta | None:
    """The pause after that many failed attempts to tell; None: it is given up."""
    return PAUSES[attempts - 1] if attempts < MAX_ATTEMPTS else None
