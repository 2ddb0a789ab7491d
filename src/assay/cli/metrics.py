"""The metrics, each beside its target."""

from collections.abc import Mapping
from typing import Any

from assay.cli.output import Json, print_json, say, table
from assay.cli.session import with_tools
from assay.jobs.tools import Tools
from assay.kinds import TRAITS, Kind
from assay.proposals import metrics as figures

TARGETS: Mapping[str, str] = {
    "auto_approval_rate": "at least 50 %",
    "high_confidence_queue_age_seconds": "under 1 hour",
    "expired": "under 10 % of all",
}


def metrics(*, json: Json = False) -> None:
    """Show how the queue stands and how well the machine decides."""
    document = with_tools(_document)
    if json:
        print_json(document)
        return
    parts = [document[f"{kind}_proposals"] for kind in Kind]
    rows = [
        (name.replace("_", " "), *(_shown(name, part[name]) for part in parts), TARGETS.get(name)) for name in parts[0]
    ]
    table(["", *(TRAITS[kind].plural for kind in Kind), "target"], rows)
    say(f"counted at {document['updated_at']}", style="dim")


async def _document(tools: Tools) -> dict[str, Any]:
    async with tools.database.transaction() as session:
        return await figures.document(session, sure=tools.settings.knowledge_auto_approval_confidence_threshold)


def _shown(name: str, value: float) -> str:
    if name.endswith("_rate"):
        return f"{value:.1%}"
    if name.endswith("_seconds"):
        return f"{value / 3600:.1f} h"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
