"""The targets of the product, each beside its measured value, and what was measured on the days before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.clock import now
from assay.db.models import MetricDay
from assay.kinds import Kind
from assay.proposals import metrics
from assay.proposals.metrics import Share, ratio

HOUR: Final = 3600.0
DAYS: Final = 30
KEPT: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `of`: of how many; None where that means nothing. `value`: None where there is nothing yet."""

    value: float | None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What the figures are taken from: the parts of the metrics document, and what only the targets need."""

    parts: Sequence[Mapping[str, float]]
    verdicts: Share
    runs: Share


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    wanted: str
    limit: float
    at_least: bool
    """True: the value shall be at least the limit; False: less than it."""
    is_share: bool
    """True: 0..1; False: seconds."""
    measure: Callable[[Found], Figure]
    whole: str = ""
    """What it is a share of."""

    def is_met(self, figure: Figure) -> bool | None:
        """None where nothing was measured."""
        if figure.value is None:
            return None
        return figure.value >= self.limit if self.at_least else figure.value < self.limit


def _of_all(name: str) -> Callable[[Found], Figure]:
    def measure(found: Found) -> Figure:
        total = sum(part[state] for part in found.parts for state in metrics.STATES)
        return Figure(ratio(sum(part[name] for part in found.parts), total), int(total)) if total else Figure(None, 0)

    return measure


def _longest(name: str) -> Callable[[Found], Figure]:
    return lambda found: Figure(max(part[name] for part in found.parts))


def _verdicts(found: Found) -> Figure:
    return _share(found.verdicts)


def _runs(found: Found) -> Figure:
    return _share(found.runs)


def _share(share: Share) -> Figure:
    return Figure(share.part / share.whole if share.whole else None, share.whole)


_MACHINE: Final = _longest("high_confidence_queue_age_seconds")
_TIME: Final = _longest("time_to_auto_approval_seconds")
TARGETS: Final = (
    Target("auto-approval rate", "at least 50 %", 0.5, True, True, _of_all("auto_approved"), "proposals"),
    Target("duplicates told right", "at least 85 %", 0.85, True, True, _verdicts, "decisions by people"),
    Target("age of what the machine may take", "under 1 hour", HOUR, False, False, _MACHINE),
    Target("time to auto-approval", "under 1 hour", HOUR, False, False, _TIME),
    Target("job failure rate", "under 1 %", 0.01, False, True, _runs, "runs"),
    Target("expiration rate", "under 10 %", 0.1, False, True, _of_all("expired"), "proposals"),
)


async def measured(session: AsyncSession, document: Mapping[str, Any], runs: Share) -> dict[str, Figure]:
    """By name of the target. `document`: the metrics; `runs`: of the jobs, those that went wrong."""
    parts = [document[f"{kind}_proposals"] for kind in Kind]
    found = Found(parts, await metrics.duplicate_verdicts(session), runs)
    return {each.name: each.measure(found) for each in TARGETS}


async def keep_day(session: AsyncSession, figures: Mapping[str, Figure]) -> None:
    """Keeps the figures of today in place of what was measured earlier today, and forgets what is older than KEPT."""
    at = now()
    row: dict[str, Any] = {
        "day": at.astimezone(UTC).date(),
        "figures": {name: asdict(each) for name, each in figures.items()},
        "measured_at": at,
    }
    adding = insert(MetricDay).values(row)
    await session.execute(adding.on_conflict_do_update(index_elements=["day"], set_=row))
    await session.execute(delete(MetricDay).where(MetricDay.day < row["day"] - KEPT))


async def days(session: AsyncSession) -> dict[date, dict[str, Figure]]:
    """The last DAYS that something was measured on, the oldest first."""
    since = now().astimezone(UTC).date() - timedelta(days=DAYS)
    kept = await session.scalars(select(MetricDay).where(MetricDay.day > since).order_by(MetricDay.day))
    return {each.day: {name: Figure(**figure) for name, figure in each.figures.items()} for each in kept}
