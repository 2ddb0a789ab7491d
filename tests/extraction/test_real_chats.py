"""Real chats through the whole of reading: what is proposed is quoted, and machines teach nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import incoming, ingest, read_run

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.readers.reading import read_file
from assay.readers.records import IncomingMessage

pytestmark = pytest.mark.anyio

CHATS = ["irc-ubuntu-meeting", "irc-mediawiki"]
SLICE = 900
NOISE = (
    "{author} has joined #{channel}",
    "*** {author} has quit (Ping timeout: 240 seconds)",
    "-!- {author} [~x@10.0.0.7] has joined #{channel}",
    "{author} (~x@10.0.0.7) has left #{channel}",
    "Build #4711: FAILED in 3 min, the ledger needs more memory",
)


@pytest.fixture(scope="module")
def extractor() -> OfflineExtractor:
    return OfflineExtractor(OfflineEmbedder(), per_thousand=0)


def with_noise(messages: Sequence[IncomingMessage]) -> list[IncomingMessage]:
    """Comings, goings and builds between the lines, as a bouncer writes them down."""
    noisy: list[IncomingMessage] = []
    for number, each in enumerate(messages):
        noisy.append(each)
        if number % 7 == 0:
            line = NOISE[number % len(NOISE)].format(author=each.author, channel=each.channel)
            at = each.sent_at + timedelta(milliseconds=1)
            noisy.append(replace(each, external_id=f"noise {number}", text=line, sent_at=at))
    return noisy


async def read(database, extractor, path: Path, most: int | None) -> None:
    found = [each for each in read_file(path) if isinstance(each, IncomingMessage)]
    await ingest(database, *with_noise(list(islice(found, most))))
    await read_run(database, extractor)


async def check(database, *, least: int) -> None:
    assert await scalar(database, "SELECT count(*) FROM messages WHERE read_at IS NULL") == 0
    assert await scalar(database, "SELECT count(*) FROM proposals") >= least
    unproven = """
        SELECT p.title FROM proposals p WHERE p.confidence > 0.5 AND NOT EXISTS (
            SELECT FROM evidence e WHERE e.proposal_id = p.id AND e.verified)"""
    assert await rows(database, unproven) == []
    misquoted = """
        SELECT e.quote FROM evidence e JOIN messages m ON m.id = e.message_id
        WHERE e.verified AND substr(m.text, e.start_offset::int + 1, (e.end_offset - e.start_offset)::int) <> e.quote"""
    assert await rows(database, misquoted) == []
    by_machines = """
        SELECT m.author, m.text FROM evidence e JOIN messages m ON m.id = e.message_id
        WHERE m.is_bot OR m.external_id LIKE 'noise%'"""
    assert await rows(database, by_machines) == []


@pytest.mark.parametrize("name", CHATS)
async def test_every_proposal_from_a_real_chat_is_quoted_and_none_is_a_machines(database, shared_data, extractor, name):
    await read(database, extractor, shared_data / "chats" / f"{name}.jsonl.gz", SLICE)
    await check(database, least=1)


@pytest.mark.load
@pytest.mark.parametrize("name", CHATS)
async def test_a_whole_real_chat(database, shared_data, extractor, name):
    await read(database, extractor, shared_data / "chats" / f"{name}.jsonl.gz", None)
    await check(database, least=20)


async def test_noise_alone_teaches_nothing(database, extractor, shared_data):
    path = shared_data / "chats" / "irc-mediawiki.jsonl.gz"
    found = [each for each in read_file(path) if isinstance(each, IncomingMessage)]
    machines = [each for each in with_noise(found) if each.is_bot or each.external_id.startswith("noise")]
    await ingest(database, *machines)
    await read_run(database, extractor)
    assert await scalar(database, "SELECT count(*) FROM proposals") == 0
    assert await scalar(database, "SELECT count(*) FROM messages WHERE read_at IS NULL") == 0


async def test_a_decision_is_as_sure_when_it_is_read_as_it_is_made_as_when_it_is_read_at_the_end(database, extractor):
    """Each message in a run of its own: consent that comes later finds the proposal it belongs to."""
    for minute, (author, text) in enumerate(
        [("ana", "Decision: access logs are kept for 90 days"), ("tom", "+1"), ("lee", "sounds good")]
    ):
        await ingest(database, incoming(text, author=author, sent_at=MORNING + timedelta(minutes=2 * minute)))
        await read_run(database, extractor)
    [(title, messages, confidence)] = await rows(
        database, "SELECT title, cardinality(source_message_ids), confidence FROM proposals WHERE kind = 'atom'"
    )
    assert (title, messages) == ("Access logs are kept for 90 days", 3)
    assert confidence >= 0.95
