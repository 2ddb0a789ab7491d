"""What a job is: a name, a schedule, its retries, and one function."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.queue.context import JobContext
from assay.queue.cron import shortest_period

Statistics = Mapping[str, Any]
Body = Callable[[JobContext], Awaitable[Statistics]]
CountFailing = Callable[[AsyncSession], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """One background job, as the contract declares it."""

    name: str
    cron: str
    """In UTC."""
    timeout: timedelta
    retry_delays: tuple[timedelta, ...]
    """Pauses before the second, third, ... execution after a failure."""
    statistics: tuple[str, ...]
    """The keys of what the body returns."""
    body: Body
    grace: timedelta = timedelta(minutes=4)
    """How late a tick that was missed is still caught up. Shorter than the schedule's period, so that it is one."""

    count_failing: CountFailing | None = None
    """How many items failed in this job and still wait; None: it has no items."""

    @property
    def purpose(self) -> str:
        """The first line of the body's docstring."""
        return (self.body.__doc__ or "").strip().splitlines()[0]


JOBS: Final[dict[str, Job]] = {}


def job(
    name: str,
    *,
    cron: str,
    timeout: timedelta,
    statistics: tuple[str, ...],
    retry_delays: tuple[int, ...] = (),
    grace: timedelta,
    count_failing: CountFailing | None = None,
) -> Callable[[Body], Body]:
    """Registers a function as the body of a job. `retry_delays` in seconds. Raises ValueError for a wrong schedule."""
    if not grace < shortest_period(cron):
        raise ValueError(f"Job {name}: a grace of {grace} is not shorter than the period of {cron!r}.")

    def register(body: Body) -> Body:
        delays = tuple(timedelta(seconds=each) for each in retry_delays)
        JOBS[name] = Job(name, cron, timeout, delays, statistics, body, grace, count_failing)
        return body

    return register
