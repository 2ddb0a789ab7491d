"""Reading many conversations with a model that takes its time: our job, lock step, and the time the model needs."""

import asyncio
import logging
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text

from assay.ai.extractor import ContextLimits, Extraction, Window
from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.extraction import actions
from assay.jobs import run
from assay.queue.deps import Deps
from assay.readers.records import IncomingMessage
from assay.settings import Settings
from harness import best_of, show, with_database

CONVERSATIONS = 120
AT_ONCE = 8
BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


class SlowModel(ScriptedExtractor):
    """Takes between 20 and 400 ms for a conversation, always the same for the same one; most are quick."""

    def __init__(self) -> None:
        super().__init__(limits=ContextLimits(messages=100, characters=20_000, context=5, concurrency=AT_ONCE))

    async def extract(self, window: Window) -> Extraction:
        await asyncio.sleep(seconds(window.messages[0].channel))
        return await super().extract(window)


def seconds(channel: str) -> float:
    return 0.02 + 0.38 * random.Random(channel).random() ** 3


async def main(database: Database) -> None:
    deps = Deps(database, Settings(), HashEmbedder(), SlowModel())
    channels = [f"channel {number}" for number in range(CONVERSATIONS)]
    await say(database, channels)
    durations = [seconds(channel) for channel in channels]

    async def ours() -> None:
        async with database.transaction() as session:
            await session.execute(text("UPDATE messages SET read_at = NULL, extraction_run_id = NULL"))
        result = await run("extract_knowledge_from_messages", deps)
        assert result.statistics["messages_analyzed"] == CONVERSATIONS, result

    async def lock_step() -> None:
        for start in range(0, CONVERSATIONS, AT_ONCE):
            await asyncio.gather(*(asyncio.sleep(each) for each in durations[start : start + AT_ONCE]))

    async def model_alone() -> None:
        await asyncio.sleep(sum(durations) / AT_ONCE)

    ways = {
        "our job, each window stored": ours,
        "lock step, nothing stored": lock_step,
        f"limit: the model, {AT_ONCE} at a time": model_alone,
    }
    show("Conversations read", CONVERSATIONS, await best_of(ways), limit=list(ways)[-1])


async def say(database: Database, channels: list[str]) -> None:
    first = IncomingMessage("0", channels[0], "ana", BEGINNING, "Decision: the ledger stores integer cents.")
    messages = [
        replace(first, external_id=channel, channel=channel, sent_at=BEGINNING + timedelta(minutes=minute))
        for minute, channel in enumerate(channels)
    ]
    async with database.transaction() as session:
        await actions.ingest(session, messages, source="bench", actor=SYSTEM)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with_database(main)
