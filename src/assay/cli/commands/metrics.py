"""The metrics, and the targets of the product beside what is measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assay import settings as configuration
from assay.ai.factory import embedding_model
from assay.cli.output import Json, moment, print_json, say
from assay.cli.session import with_database
from assay.cli.tables import table
from assay.db.engine import Database
from assay.kinds import TRAITS, Kind
from assay.proposals import metrics as figures
from assay.proposals.metrics import Share, ratio
from assay.queue import history
from assay.review import metrics as review

HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Measured:
    """The document, and the figures that only the targets need."""

    document: dict[str, Any]
    duplicate_verdicts: Share
    failed_runs: Share


def metrics(*, json: Json = False) -> None:
    """Show how the queue stands and how well the machine decides, each target beside its measured value."""
    found = with_database(_measured)
    if json:
        print_json(found.document)
        return
    parts = [found.document[f"{kind}_proposals"] for kind in Kind]
    rows = [(_label(name), *(_shown(name, part[name]) for part in parts)) for name in parts[0]]
    table(["", *(TRAITS[kind].plural for kind in Kind)], rows)
    say("")
    table(["target", "wanted", "measured"], _measured_targets(found, parts))
    say(f"\ncounted at {moment(datetime.fromisoformat(found.document['updated_at']))} UTC", style="dim")


async def _measured(database: Database) -> Measured:
    settings = configuration.load()
    async with database.transaction() as session:
        return Measured(
            await review.document(session, settings, embedding_model(settings)),
            await figures.duplicate_verdicts(session),
            await history.failed_runs(session),
        )


def _measured_targets(found: Measured, parts: Sequence[Mapping[str, float]]) -> list[tuple[str, str, str]]:
    return [(name, wanted, measure(found, parts)) for name, wanted, measure in TARGETS]


def _auto_approval(_found: Measured, parts: Sequence[Mapping[str, float]]) -> str:
    return _of_all("auto_approved", parts)


def _expiration(_found: Measured, parts: Sequence[Mapping[str, float]]) -> str:
    return _of_all("expired", parts)


def _duplicates(found: Measured, _parts: Sequence[Mapping[str, float]]) -> str:
    return _share(found.duplicate_verdicts, "decisions by people")


def _failures(found: Measured, _parts: Sequence[Mapping[str, float]]) -> str:
    return _share(found.failed_runs, "runs")


def _queue_age(_found: Measured, parts: Sequence[Mapping[str, float]]) -> str:
    return f"{max(part['high_confidence_queue_age_seconds'] for part in parts) / HOUR:.1f} hours"


def _time_to_approval(_found: Measured, parts: Sequence[Mapping[str, float]]) -> str:
    return (
        f"{max(part['time_to_auto_approval_seconds'] for part in parts) / HOUR:.1f} hours on average, in the last day"
    )


TARGETS: Final = (
    ("auto-approval rate", "at least 50 %", _auto_approval),
    ("duplicates told right", "at least 85 %", _duplicates),
    ("age of what the machine may take", "under 1 hour", _queue_age),
    ("time to auto-approval", "under 1 hour", _time_to_approval),
    ("job failure rate", "under 1 %", _failures),
    ("expiration rate", "under 10 %", _expiration),
)


def _of_all(figure: str, parts: Sequence[Mapping[str, float]]) -> str:
    total = sum(part[state] for part in parts for state in figures.STATES)
    return f"{ratio(sum(part[figure] for part in parts), total):.1%} of {total} proposals"


def _share(share: Share, of: str) -> str:
    return f"{share.part / share.whole:.1%} of {share.whole} {of}" if share.whole else f"no {of} yet"


def _label(name: str) -> str:
    return name.removesuffix("_seconds").replace("_", " ")


def _shown(name: str, value: float) -> str:
    if name.endswith("_rate"):
        return f"{value:.1%}"
    if name.endswith("_seconds"):
        return f"{value / HOUR:.1f} hours"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
