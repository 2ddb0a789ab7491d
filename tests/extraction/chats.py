"""Messages on their way in, files of them, and the steps of a run."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from tests.builders import MORNING

from assay.ai.extractor import AtomDraft, Extraction, Extractor, Message, Quote, TopicDraft
from assay.ai.fakes import ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import TriggerType
from assay.extraction import actions, runs
from assay.extraction.actions import IngestReport
from assay.extraction.runs import ClaimedRun, Stored
from assay.kinds import AtomType
from assay.readers.records import IncomingMessage

WORDS = "We use Postgres 16 for the ledger."


def incoming(text: str = WORDS, external_id: str = "", **changes: Any) -> IncomingMessage:
    defaults = {"channel": "backend", "author": "tom", "sent_at": MORNING}
    return IncomingMessage(external_id=external_id or str(uuid4()), text=text, **{**defaults, **changes})


def topic(name: str = "Ledger", *quotes: Quote, **changes: Any) -> TopicDraft:
    defaults = {"description": f"All about {name}.", "confidence": 0.9, "reasoning": "Often named."}
    return TopicDraft(name=name, quotes=quotes, **{**defaults, **changes})


def atom(title: str = "The ledger runs on Postgres 16", *quotes: Quote, **changes: Any) -> AtomDraft:
    defaults = {"type": AtomType.DECISION, "content": title, "confidence": 0.9, "reasoning": "Said so."}
    return AtomDraft(title=title, quotes=quotes, **{**defaults, **changes})


def from_all(messages: Sequence[Message], _known: Sequence[str]) -> Extraction:
    """One topic, and an atom of each message, backed by its own words."""
    quotes = [Quote(message.id, message.text) for message in messages]
    atoms = [atom(f"Said at {number}: {quote.text}", quote, topic="Ledger") for number, quote in enumerate(quotes)]
    return Extraction(topics=[topic("Ledger", *quotes[:1])], atoms=atoms, tokens_used=7, cost=0.25)


async def ingest(database: Database, *messages: IncomingMessage, source: str = "chat") -> IngestReport:
    async with database.transaction() as session:
        return await actions.ingest(session, messages, source=source, actor=SYSTEM)


async def claim(database: Database, limit: int = 4_000, extractor: Extractor | None = None) -> ClaimedRun | None:
    async with database.transaction() as session:
        return await runs.claim(
            session,
            extractor=extractor or ScriptedExtractor(),
            trigger=TriggerType.INGEST,
            actor=SYSTEM,
            limit=limit,
        )


async def claimed(database: Database, limit: int = 4_000, extractor: Extractor | None = None) -> ClaimedRun:
    found = await claim(database, limit, extractor)
    assert found
    return found


async def store(database: Database, claim: ClaimedRun, extraction: Extraction) -> Stored:
    """Stores what was found in the only window of a run, and concludes it."""
    [window] = claim.windows
    async with database.transaction() as session:
        stored = await runs.store(session, claim.run_id, window, extraction, actor=SYSTEM)
        await runs.conclude(session, claim.run_id, None, actor=SYSTEM)
    return stored


async def fail(database: Database, claim: ClaimedRun, error: Exception, *, blame: bool = True) -> bool:
    """Gives every window back because of an error, and concludes the run."""
    async with database.transaction() as session:
        for window in claim.windows:
            await runs.give_back(session, claim.run_id, window, blame=blame)
        return await runs.conclude(session, claim.run_id, error, actor=SYSTEM)


async def read_all(database: Database, extractor: Extractor) -> list[Stored]:
    """Reads until nothing is unread."""
    stored = []
    while found := await claim(database, extractor=extractor):
        stored.append(await store(database, found, await extractor.extract(found.windows[0])))
    return stored


async def read_run(database: Database, extractor: Extractor) -> None:
    """Reads every window of every run there is to be, one after the other."""
    while found := await claim(database, extractor=extractor):
        for window in found.windows:
            extraction = await extractor.extract(window)
            async with database.transaction() as session:
                await runs.store(session, found.run_id, window, extraction, actor=SYSTEM)
        async with database.transaction() as session:
            await runs.conclude(session, found.run_id, None, actor=SYSTEM)
