"""Any input is read: nothing crashes, nothing takes long, and the same window gives the same answer."""

import asyncio
import gzip
import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.ai.chats import START, chat, keeps_its_promises, message, read
from tests.cpu_cost import costs_little

from assay.ai.extractor import Extraction, Message
from assay.ai.fakes import HashEmbedder
from assay.ai.rules.extractor import OfflineExtractor

pytestmark = pytest.mark.anyio

FACT = "Access tokens of the booking API must expire after 60 minutes."


async def test_nothing_in_nothing_out(extractor):
    assert await read(extractor, []) == Extraction()
    assert await read(extractor, [message("")], ["Known topic"]) == Extraction()


async def test_an_embedder_is_not_asked_about_small_talk():
    embedder = HashEmbedder()

    await read(OfflineExtractor(embedder), chat("ana: 👍 🎉\ntom: 12345 --- !!!"))

    assert embedder.embedded == []


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x1b[31m" + FACT,
        "\u200b\u200d\ufeff" + FACT.replace("booking", "book\u200bing"),
        "\u202eשלום עולם \u202c" + FACT,
        "😀😀😀 👨‍👩‍👧‍👦 🇪🇺",
        "请在周五之前更新所有的访问令牌，因为它们会过期。",
        "\ud800 " + FACT,
        "é" * 50 + " " + FACT,
        "```\n" + FACT + "\n```",
        "> " + FACT,
        "&gt; " + FACT + " &amp; more &lt;b&gt;",
        "<@U123> <#C9|general> <https://example.com|here> " + FACT,
        ": " * 50,
        "ana: ana: ana: " + FACT,
        "Decision: ",
        "#agreed",
        "?" * 500,
    ],
)
async def test_odd_text_is_read_or_left(extractor, text):
    messages = [message(text), message("+1", author="tom", at=START + timedelta(seconds=100), number=1)]

    keeps_its_promises(await read(extractor, messages), messages)


@pytest.mark.parametrize(
    "pattern",
    [
        "a" * 100_000,
        "a." * 50_000,
        "(((" * 33_000,
        "we decided to " * 7_000,
        "ok so " * 16_000,
        "`" * 99_999,
        "*_" * 50_000,
        "<@" * 50_000,
        "to fix the " * 9_000,
        "http://a" * 12_000,
        " \n" * 50_000,
        "password is " * 8_000,
        "if we use the thing that is " * 3_500,
        "Aa1" * 33_000,
        "- . , : ; " * 10_000,
        FACT * 1_500,
    ],
)
async def test_hostile_text_costs_little(pattern):
    extractor = OfflineExtractor(HashEmbedder())
    messages = [*chat("tom: hello"), message(pattern, number=5), message("+1", author="tom", number=6)]
    await read(extractor, chat(f"ana: {FACT}"))

    with costs_little():
        extraction = await read(extractor, messages)

    keeps_its_promises(extraction, messages)


async def test_identical_times_and_texts_are_read(extractor):
    messages = [message(FACT, author=author, number=n) for n, author in enumerate(["ana", "tom", "ana", "tom"] * 5)]

    extraction = await read(extractor, messages)

    assert len(extraction.atoms) == 1
    keeps_its_promises(extraction, messages)


async def test_five_thousand_messages_in_one_window():
    extractor = OfflineExtractor(HashEmbedder())
    messages = [
        message(
            f"The part{n % 700} of region{n % 37} must answer within {n} ms because of rule {n % 11}",
            author=f"person{n % 23}",
            at=START + timedelta(seconds=100 * n),
            number=n,
        )
        for n in range(5_000)
    ]

    with costs_little(60):
        keeps_its_promises(await read(extractor, messages), messages)


async def test_the_event_loop_stays_free(extractor):
    longest, last = 0.0, time.thread_time()  # what the loop itself does, however busy the machine is

    async def beat() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()

    heart = asyncio.create_task(beat())
    await read(extractor, chat("\n".join(f"a{n % 9}: {FACT} Rule {n}." for n in range(300))))
    heart.cancel()

    assert longest < 0.5


def real_chat(folder: Path, name: str, first: int, last: int) -> list[Message]:
    with gzip.open(folder / "chats" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][first:last]
    return [
        Message(UUID(int=n), row["channel"], row["author"], datetime.fromisoformat(row["ts"]), row["text"])
        for n, row in enumerate(rows)
    ]


@pytest.mark.parametrize("name", ["irc-ubuntu-meeting", "irc-mediawiki"])
async def test_a_slice_of_a_real_chat(extractor, shared_data, name):
    messages = real_chat(shared_data, name, 1200, 1600)

    extraction = await read(extractor, messages)

    assert 1 <= len(extraction.atoms) <= 5 + 400 // 5
    keeps_its_promises(extraction, messages)
    people = {message.author.casefold() for message in messages}
    assert not people & {topic.name.casefold() for topic in extraction.topics}
    assert await read(extractor, messages) == extraction
