"""What reading with a language model would cost, for a person to look at before it is paid."""

from collections.abc import Sequence
from dataclasses import asdict

from assay import settings as configuration
from assay.ai.factory import OFFLINE
from assay.cli.import_progress import counted, shown_progress
from assay.cli.output import print_json, printable, say
from assay.cli.session import with_database
from assay.db.engine import Database
from assay.extraction.estimate import CostEstimator, ReadingCost
from assay.readers.preview import Preview
from assay.readers.reading import Reading
from assay.settings import Settings


def estimate_cost(readings: Sequence[Reading], sources: Sequence[str], *, json: bool) -> int:
    """What reading these would cost; without any, what reading what is unread would."""
    settings, seen = configuration.load(), [Preview(each) for each in readings]

    async def estimated(database: Database) -> ReadingCost:
        async with database.transaction() as session:
            estimator = await CostEstimator.beside_knowledge(session, settings)
        for each, source in zip(seen, sources, strict=True):
            task = progress.add_task(printable(each.reading.export.tree.path.name), total=None, read=0)
            estimator.add_export(counted(each.counted(), progress, task), source)
        if not seen:
            await estimator.add_unread(database)
        return estimator.total

    with shown_progress(silent=json) as progress:
        found = with_database(estimated)
    _show(found, settings, json=json)
    return 1 if any(each.bad_records for each in seen) else 0


def _show(found: ReadingCost, settings: Settings, *, json: bool) -> None:
    """The counts, the tokens, and dollars where a price is known; offline also that reading is free as it is set."""
    if json:
        chosen = {"extractor": settings.assay_extractor, "model": settings.assay_llm_model}
        print_json({**chosen, **asdict(found), "cost_per_thousand": found.cost_per_thousand})
        return
    machines = f", {found.by_machines:,} of them by machines, which no model reads" if found.by_machines else ""
    say(f"{found.messages:,} messages{machines}.")
    if settings.assay_extractor == OFFLINE:
        say("As Assay is set, it reads them offline: that costs nothing but processor time.")
    say(
        f"{_reader(settings)} would be asked {found.windows:,} times: at most about {found.tokens_read:,} tokens read, "
        f"and about {found.tokens_written:,} written."
    )
    say(_price(found))


def _reader(settings: Settings) -> str:
    return settings.assay_llm_model or "A language model"


def _price(found: ReadingCost) -> str:
    if found.cost is None:
        return (
            "Its price is not known, or it runs on a server of your own: to see US dollars, set ASSAY_LLM_PRICE_INPUT "
            "and ASSAY_LLM_PRICE_OUTPUT."
        )
    per_thousand = f", {found.cost_per_thousand:,.2f} per 1,000 messages" if found.cost_per_thousand else ""
    return f"US dollars, at most about: {found.cost:,.2f}{per_thousand}."
