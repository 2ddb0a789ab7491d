"""The arithmetic of schedules. Pure; all times in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from typing import Final

from croniter import croniter

SAMPLE: Final = 32
"""Ticks that are looked at for the shortest pause between two."""
FROM_SUNDAY: Final = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What a schedule asks for now."""

    newest: datetime | None
    """The tick to run, if it is not too late for it."""
    missed: int
    """Ticks before it (or, without it, all of them) that nobody will run."""
    upcoming: datetime


def shortest_period(cron: str) -> timedelta:
    """The shortest pause between two ticks. Raises ValueError for what never matches or is no schedule."""
    try:
        sample = list(islice(ticks(cron, FROM_SUNDAY), SAMPLE))
    except ValueError as error:
        raise ValueError(f"{cron!r} is not a schedule that ever matches: {error}") from None
    return min(later - earlier for earlier, later in pairwise(sample))


def ticks(cron: str, after: datetime) -> Iterator[datetime]:
    """All the ticks later than a moment, in order."""
    schedule = croniter(cron, after)
    while True:
        yield schedule.get_next(datetime)


def due(cron: str, grace: timedelta, *, after: datetime, now: datetime) -> Due:
    """What is due at `now` by a schedule whose ticks until `after` are settled."""
    newest, missed = None, 0
    for tick in ticks(cron, after):
        if tick > now:
            return Due(newest, missed, tick)
        if newest or tick < now - grace:
            missed += 1
        newest = tick if tick >= now - grace else None
    raise AssertionError("A schedule has no end.")


def between(cron: str, after: datetime, before: datetime) -> tuple[int, datetime | None]:
    """How many ticks lie between two moments, without these, and the last of them."""
    count, last = 0, None
    for tick in takewhile(lambda tick: tick < before, ticks(cron, after)):
        count, last = count + 1, tick
    return count, last
