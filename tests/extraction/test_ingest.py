"""Messages come in once, however often they are sent; an edit is a new version."""

import asyncio

import pytest
from sqlalchemy import text
from tests.builders import MORNING, counted_statements, rows, scalar
from tests.extraction.chats import claimed, incoming, ingest, store

from assay.ai.extractor import Extraction
from assay.errors import InvalidInput
from assay.extraction import actions
from assay.extraction.actions import IngestReport
from assay.extraction.sql import lookups as sql

pytestmark = pytest.mark.anyio

VERSIONS = "SELECT external_id, version, is_latest, text FROM messages ORDER BY external_id, version"


async def test_a_message_is_stored_once_however_often_it_comes(database):
    batch = [incoming("One.", "1"), incoming("Two.", "2")]
    assert await ingest(database, *batch) == IngestReport(added=2)
    assert await ingest(database, *batch) == IngestReport(unchanged=2)
    assert await rows(database, VERSIONS) == [("1", 1, True, "One."), ("2", 1, True, "Two.")]


async def test_sources_do_not_share_their_ids(database):
    assert (await ingest(database, incoming("One.", "1"))).added == 1
    assert (await ingest(database, incoming("Other.", "1"), source="mail")).added == 1


async def test_other_words_are_a_new_version_that_is_read_again(database):
    await ingest(database, incoming("One.", "1"))
    await store(database, await claimed(database), Extraction())
    assert await ingest(database, incoming("One, edited.", "1")) == IngestReport(edited=1)
    assert await rows(database, VERSIONS) == [("1", 1, False, "One."), ("1", 2, True, "One, edited.")]
    assert [message.text for message in (await claimed(database)).messages] == ["One, edited."]


async def test_an_id_may_come_twice_in_one_batch(database):
    batch = [incoming("One.", "1"), incoming("Edited.", "1"), incoming("Edited.", "1"), incoming("Again.", "1")]
    assert await ingest(database, *batch) == IngestReport(added=1, edited=2, unchanged=1)
    assert (await rows(database, VERSIONS))[-1] == ("1", 3, True, "Again.")
    assert await scalar(database, "SELECT count(*) FROM messages WHERE is_latest") == 1


async def test_reading_a_file_with_edits_again_undoes_none_of_them(database):
    first, edited = incoming("One.", "1"), incoming("Edited.", "1")
    await ingest(database, first)
    await ingest(database, edited)
    assert await ingest(database, first) == IngestReport(unchanged=1)
    assert (await rows(database, VERSIONS))[-1] == ("1", 2, True, "Edited.")


async def test_the_same_file_from_two_sides_at_once_goes_in_once(database):
    batch = [incoming(f"Message {number}.", str(number)) for number in range(300)]
    edited = [incoming(f"Message {number}, edited.", str(number)) for number in range(300)]
    sides = (batch, batch[::-1], batch + edited, edited[::-1] + batch)
    reports = await asyncio.gather(*(ingest(database, *side) for side in sides))
    assert sum(report.added for report in reports) == 300
    assert sum(report.edited for report in reports) == 300
    assert await scalar(database, "SELECT count(*) FROM messages WHERE is_latest") == 300


async def test_edits_and_a_run_that_ends_never_wait_for_each_other_in_a_circle(database):
    batch = [incoming(f"Message {number}.", str(number)) for number in range(400)]
    await ingest(database, *batch)
    run = await claimed(database)
    edits = [incoming("Edited.", str(number)) for number in reversed(range(400))]
    await asyncio.gather(store(database, run, Extraction()), ingest(database, *edits))
    assert len((await claimed(database)).messages) == 400


async def test_one_entry_of_the_trail_counts_a_batch_that_changed_something(database):
    await ingest(database, incoming("One.", "1"))
    await ingest(database, incoming("One.", "1"))
    await ingest(database, incoming("Edited.", "1"), incoming("Two.", "2"))
    await ingest(database)
    assert await rows(
        database, "SELECT action, channel, detail FROM audit_log WHERE action LIKE 'messages.%' ORDER BY id"
    ) == [
        ("messages.ingested", None, {"source": "chat", "added": 1, "edited": 0, "unchanged": 0, "erased": 0}),
        ("messages.ingested", None, {"source": "chat", "added": 1, "edited": 1, "unchanged": 0, "erased": 0}),
    ]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_messages(database):
    _first, few, many = [await _cost(database, number) for number in (1, 10, 100)]
    assert few == many <= 7


async def _cost(database, number: int) -> int:
    with counted_statements(database) as statements:
        await ingest(database, *(incoming() for _ in range(number)))
    return len(statements)


async def test_messages_of_any_length_and_number_go_in(database):
    report = await ingest(database, *(incoming("x" * 200_000) for _ in range(50)), *(incoming() for _ in range(1_200)))
    assert report.added == 1_250


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "a\0b"}, "Message 2 of 2: The text contains a NUL character"),
        ({"author": " "}, "Message 2 of 2: The author is empty"),
        ({"thread": "x" * 201}, "Message 2 of 2: The thread has 201 characters; 200 are allowed"),
    ],
)
async def test_a_message_that_breaks_a_limit_is_refused_with_a_sentence(database, changes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        await ingest(database, incoming(), incoming(**{"text": "Fine.", **changes}))
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


async def test_a_source_has_a_name(database):
    with pytest.raises(InvalidInput, match="The source is empty"):
        await ingest(database, incoming(), source="")


async def test_what_is_known_is_looked_up_by_the_moment_however_wrong_the_statistics(database):
    async with database.transaction() as session:
        await session.execute(
            text("""INSERT INTO messages (id, source, external_id, channel, author, sent_at, text)
                SELECT gen_random_uuid(), 'old', number::text, 'backend', 'tom', now() - number * interval '1 s', 'Hi'
                FROM generate_series(1, 20000) AS number""")
        )
        await session.execute(
            text("""SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'messages',
                'relpages', 500, 'reltuples', 0::real)""")
        )
    statement = f"EXPLAIN {sql.KNOWN_WORDS.text}"
    plan = await rows(database, statement, moments=[MORNING], authors=["tom"], digests=["x"])
    assert "ix_messages_sent_at" in "\n".join(line for (line,) in plan)
    assert "Seq Scan" not in "\n".join(line for (line,) in plan)


async def test_one_person_has_one_name_in_a_source_whatever_the_name_is_at_the_time(database):
    await ingest(database, incoming("One.", "1", author="fenn", author_id="u1"))
    await ingest(database, incoming("Two.", "2", author="fenn|afk", author_id="u1"))
    await ingest(
        database, incoming("3.", "3", author="b", author_id="u2"), incoming("4.", "4", author="c", author_id="u2")
    )
    found = await rows(database, "SELECT external_id, author FROM messages ORDER BY external_id")
    assert found == [("1", "fenn"), ("2", "fenn"), ("3", "b"), ("4", "b")]


async def test_what_came_in_under_a_former_id_is_known(database):
    await ingest(database, incoming("One.", "old"))
    assert await ingest(database, incoming("One.", "new", former_id="old")) == IngestReport(unchanged=1)


async def test_an_extractor_reads_a_message_without_what_its_author_passes_on(database):
    await ingest(database, incoming("> The gate is red.\nNo.", "1", quoted=[(0, 18)]))
    [message] = (await claimed(database)).messages
    assert message.text == f"{' ' * 18}\nNo."


async def test_what_is_new_is_told_before_anything_is_written(database):
    await ingest(database, incoming("One.", "1"))
    batch = [incoming("One.", "1"), incoming("One, edited.", "1"), incoming("Two.", "2")]
    async with database.transaction() as session:
        found = await actions.compare(session, batch, source="chat")
    assert (found.new, found.edited, found.known) == (1, 1, 1)
    assert await scalar(database, "SELECT count(*) FROM messages") == 1
