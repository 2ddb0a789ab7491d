"""A message that its author deleted is taken back; and what comes late never undoes what came after it."""

from datetime import timedelta

import pytest
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import claimed, incoming, ingest

from assay.audit.actor import SYSTEM
from assay.extraction import actions
from assay.extraction.actions import IngestReport
from assay.extraction.sql.messages import Compared

pytestmark = pytest.mark.anyio

VERSIONS = "SELECT version, is_latest, text FROM messages ORDER BY external_id, version"
LATER, LATEST = MORNING + timedelta(minutes=5), MORNING + timedelta(minutes=9)


async def delete(database, *ids, source="chat"):
    async with database.transaction() as session:
        return await actions.delete(session, ids, source=source, actor=SYSTEM)


async def test_what_was_said_is_kept_and_nobody_reads_it_any_more(database):
    await ingest(database, incoming("We use Redis.", "1"), incoming("Other.", "2"), source="chat")
    assert await delete(database, "1", "unknown") == 1
    assert await rows(database, VERSIONS) == [
        (1, False, "We use Redis."), (2, True, "(deleted)"), (1, True, "Other."),
    ]  # fmt: skip
    assert [message.text for message in (await claimed(database)).messages] == ["Other."]


async def test_deleting_twice_and_importing_the_older_export_again_change_nothing(database):
    await ingest(database, incoming("We use Redis.", "1"), source="chat")
    assert [await delete(database, "1"), await delete(database, "1")] == [1, 0]
    again = await ingest(database, incoming("We use Redis.", "1"), source="chat")
    assert again == IngestReport(unchanged=1)
    assert await scalar(database, "SELECT text FROM messages WHERE is_latest") == "(deleted)"


async def test_what_is_not_there_yet_stays_out_when_it_comes(database):
    await delete(database, "2", source="chat")
    async with database.transaction() as session:
        both = [incoming("One.", "1"), incoming("Two.", "2")]
        assert await actions.compare(session, both, source="chat") == Compared(new=1, edited=0, known=1)
    assert await ingest(database, *both, source="chat") == IngestReport(added=1, erased=1)
    assert await ingest(database, incoming("Two.", "2"), source="other") == IngestReport(added=1)


async def test_another_look_at_what_rests_on_it_is_asked_for(database):
    await ingest(database, incoming("We use Redis.", "1"), source="chat")
    await rows(database, "DELETE FROM changed_talks RETURNING source")
    await rows(database, "DELETE FROM job_requests RETURNING job")
    await delete(database, "1")
    assert await rows(database, "SELECT source FROM changed_talks") == [("chat",)]
    assert await rows(database, "SELECT job FROM job_requests") == [("extract_knowledge_from_messages",)]


async def test_the_words_before_an_edit_may_come_behind_it(database):
    assert (await ingest(database, incoming("Two.", "1", edited_at=LATEST))).added == 1
    assert (await ingest(database, incoming("One.", "1", edited_at=LATER))).unchanged == 1
    assert (await ingest(database, incoming("Zero.", "1"))).unchanged == 1
    assert await rows(database, VERSIONS) == [(1, True, "Two.")]


async def test_a_preview_counts_what_comes_late_as_known(database):
    await ingest(database, incoming("Two.", "1", edited_at=LATEST), source="chat")
    async with database.transaction() as session:
        seen = await actions.compare(session, [incoming("One.", "1", edited_at=LATER)], source="chat")
    assert (seen.new, seen.edited, seen.known) == (0, 0, 1)
