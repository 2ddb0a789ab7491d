"""What is read in one pass, and what is shown beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.builders import MORNING, rows
from tests.extraction.chats import claim, claimed, incoming, ingest

from assay.ai.extractor import ContextLimits, Extraction, Window
from assay.ai.fakes import ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.extraction import runs
from assay.readers.records import IncomingMessage

pytestmark = pytest.mark.anyio

TALKS = ScriptedExtractor(limits=ContextLimits(messages=10, characters=2_000, context=3))


def line(text: str, minute: float, author: str = "tom", **changes) -> IncomingMessage:
    return incoming(text, sent_at=MORNING + timedelta(minutes=minute), author=author, **changes)


def texts(window: Window) -> tuple[list[str], list[str]]:
    return [message.text for message in window.messages], [message.text for message in window.context]


async def read(database) -> list[tuple[list[str], list[str]]]:
    """Reads everything that is unread. Returns what each window held, and its context."""
    run = await claimed(database, extractor=TALKS)
    async with database.transaction() as session:
        for window in run.windows:
            await runs.store(session, run.run_id, window, Extraction(), actor=SYSTEM)
        await runs.conclude(session, run.run_id, None, actor=SYSTEM)
    return [texts(window) for window in run.windows]


async def test_each_conversation_is_a_window_of_its_own(database):
    await ingest(
        database,
        line("Is the ledger up?", 0),
        line("Yes.", 1, "ana"),
        line("Lunch?", 90, "lee"),
        line("The disk is full.", 2, "mia", channel="ops"),
    )
    assert await read(database) == [
        (["Is the ledger up?", "Yes."], []),
        (["The disk is full."], []),
        (["Lunch?"], []),
    ]


async def test_a_long_conversation_is_read_in_pieces_that_overlap(database):
    said = [f"Point {'abcdefghijklmno'[n]} about something." for n in range(15)]
    await ingest(database, *(line(text, minute, f"a{minute}") for minute, text in enumerate(said)))
    pieces = await read(database)
    assert [text for messages, _ in pieces for text in messages] == said
    assert all(len(messages) <= 10 for messages, _ in pieces)
    (first, after), (_second, before) = pieces
    assert before == first[-3:]
    assert after == said[len(first) : len(first) + 3]


async def test_new_words_reopen_only_their_own_conversation_and_old_ones_are_context(database):
    await ingest(
        database,
        line("Where is the key?", 0),
        line("The disk is full.", 1, "mia", channel="ops"),
        line("Long ago.", -300, "lee"),
    )
    await read(database)
    await ingest(database, line("Beside the door.", 10, "ana"))
    assert await read(database) == [(["Beside the door."], ["Where is the key?"])]
    assert await claim(database, extractor=TALKS) is None


async def test_a_late_reply_is_read_with_its_thread(database):
    await ingest(
        database,
        line("How often do backups run?", 0, external_id="root"),
        line("Lunch?", 1, "lee"),
        line("Let me look.", 5, "ana", thread="root"),
    )
    await read(database)
    await ingest(database, line("Every six hours.", 5_000, "ana", thread="root"))
    assert await read(database) == [(["Every six hours."], ["How often do backups run?", "Let me look."])]


async def test_an_edited_message_is_read_again_among_its_neighbours(database):
    await ingest(database, line("First.", 0), line("Six hours.", 1, "ana", external_id="m"), line("Last.", 2))
    await read(database)
    await ingest(database, line("Four hours.", 1, "ana", external_id="m"))
    assert await read(database) == [(["Four hours."], ["First.", "Last."])]


async def test_machines_are_read_without_a_model_and_may_be_looked_at(database):
    await ingest(
        database,
        line("ALERT: disk is full", 0, "nagios", is_bot=True),
        line("The checkout service is down since nine", 1, "statusbot"),
        line("lee has joined #backend", 2, "lee"),
        line("That was the log rotation.", 3),
    )
    assert await read(database) == [
        (["That was the log rotation."], ["The checkout service is down since nine"]),
    ]
    assert await claim(database, extractor=TALKS) is None


async def test_a_run_over_machines_alone_asks_nobody(database):
    await ingest(database, line("lee has joined #backend", 0, "lee"))
    assert await read(database) == []
    assert await rows(database, "SELECT status, messages_analyzed FROM extraction_runs") == [("completed", 1)]


async def test_what_read_a_message_is_on_record_even_without_the_run(database):
    await ingest(database, line("Hello there.", 0))
    await read(database)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM extraction_runs"))
    assert await rows(database, "SELECT read_by, read_prompt, read_at IS NOT NULL FROM messages") == [
        ("scripted", "1", True)
    ]


async def test_a_window_that_was_stored_is_not_read_again_after_a_crash(database):
    await ingest(database, line("First talk.", 0), line("Second talk.", 90))
    died = await claimed(database, extractor=TALKS)
    async with database.transaction() as session:
        await runs.store(session, died.run_id, died.windows[0], Extraction(tokens_used=5), actor=SYSTEM)
    resumed = await claimed(database, extractor=TALKS)
    assert (resumed.run_id, [texts(window) for window in resumed.windows]) == (died.run_id, [(["Second talk."], [])])
    async with database.transaction() as session:
        await runs.store(session, resumed.run_id, resumed.windows[0], Extraction(tokens_used=7), actor=SYSTEM)
        await runs.conclude(session, resumed.run_id, None, actor=SYSTEM)
    assert await rows(database, "SELECT status, messages_analyzed, llm_tokens_used FROM extraction_runs") == [
        ("completed", 2, 12)
    ]


async def test_an_extractor_that_learns_from_many_conversations_gets_them_in_one_window(database):
    await ingest(database, line("First talk.", 0), line("Second talk.", 90))
    whole = ScriptedExtractor(limits=replace(TALKS.limits, whole_chat=True))
    run = await claimed(database, extractor=whole)
    assert [texts(window) for window in run.windows] == [(["First talk.", "Second talk."], [])]
