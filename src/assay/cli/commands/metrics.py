"""The metrics, and the targets of the product beside what is measured."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from assay import settings as configuration
from assay.ai.factory import embedding_model
from assay.cli.output import Json, moment, print_json, say
from assay.cli.session import with_database
from assay.cli.tables import table
from assay.db.engine import Database
from assay.kinds import TRAITS, Kind
from assay.proposals import targets
from assay.proposals.targets import Figure, Target
from assay.queue import history
from assay.review import metrics as review
from assay.review import tiers
from assay.review.tiers import TierRate

HOUR: Final = 3600


def metrics(*, json: Json = False) -> None:
    """Show the state of the queue and how well the system decides, each target beside its measured value."""
    document, figures, rates = with_database(_measured)
    if json:
        print_json({**document, "tiers": [asdict(each) for each in rates]})
        return
    parts = [document[f"{kind}_proposals"] for kind in Kind]
    rows = [(_label(name), *(_shown(name, part[name]) for part in parts)) for name in parts[0]]
    table(["", *(TRAITS[kind].plural for kind in Kind)], rows)
    say("")
    table(
        ["target", "wanted", "measured"],
        [(each.name, each.wanted, _figure(each, figures[each.name])) for each in targets.TARGETS],
    )
    if rates:
        say("")
        table(["found by", "tier", "kind", "approved automatically"], map(_rate, rates))
    say(f"\ncounted at {moment(datetime.fromisoformat(document['updated_at']))} UTC", style="dim")


async def _measured(database: Database) -> tuple[dict[str, Any], dict[str, Figure], list[TierRate]]:
    settings = configuration.load()
    async with database.transaction() as session:
        document = await review.document(session, settings, embedding_model(settings))
        figures = await targets.measured(session, document, await history.failed_runs(session))
        return document, figures, await tiers.rates(session)


def _rate(found: TierRate) -> tuple[str, ...]:
    share = f"{found.auto_approval_rate:.1%} of {found.proposals:,}"
    return found.extractor or "people", found.tier, TRAITS[found.kind].plural, share


def _figure(target: Target, figure: Figure) -> str:
    if not target.is_share:
        return f"{(figure.value or 0) / HOUR:.1f} hours"
    return f"no {target.whole} yet" if figure.value is None else f"{figure.value:.1%} of {figure.of} {target.whole}"


def _label(name: str) -> str:
    return name.removesuffix("_seconds").replace("_", " ")


def _shown(name: str, value: float) -> str:
    if name.endswith("_rate"):
        return f"{value:.1%}"
    if name.endswith("_seconds"):
        return f"{value / HOUR:.1f} hours"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
