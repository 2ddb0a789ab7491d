"""Messages become proposals; what cannot be read never stops the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import MORNING, rows, scalar
from tests.extraction.chats import claimed, from_all, incoming, ingest
from tests.jobs.lab import ERRORS, done, failed

from assay.ai.extractor import Extraction
from assay.ai.fakes import ScriptedExtractor
from assay.db.models.messages import MAX_FAILED_READS
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio

NAME = "extract_knowledge_from_messages"
RUNS = "SELECT status, count(*) FROM extraction_runs GROUP BY 1 ORDER BY 1"
UNREAD = "SELECT count(*) FROM messages WHERE read_at IS NULL AND extraction_run_id IS NULL"


def counts(messages: int = 0, topics: int = 0, atoms: int = 0, errors: int = 0) -> dict[str, int]:
    return {"messages_analyzed": messages, "topics_proposed": topics, "atoms_proposed": atoms, "errors": errors}


def reading(tools, script=from_all):
    return replace(tools, extractor=ScriptedExtractor(script))


async def said(tools, *texts: str) -> None:
    await ingest(
        tools.database,
        *(incoming(text, sent_at=MORNING + timedelta(minutes=minute)) for minute, text in enumerate(texts)),
    )


async def test_unread_messages_become_proposals_once(tools):
    await said(tools, "We use Postgres 16.", "We deploy on Mondays.")
    assert await done(NAME, reading(tools)) == counts(messages=2, topics=1, atoms=2)
    assert await done(NAME, reading(tools)) == counts()
    assert await rows(tools.database, RUNS) == [("completed", 1)]


async def test_no_message_is_no_run(tools):
    assert await done(NAME, reading(tools)) == counts()
    assert await rows(tools.database, RUNS) == []


async def test_an_extractor_that_does_not_answer_fails_the_run_and_gives_the_messages_back(tools):
    def away(_messages, _known):
        raise Unavailable("The model does not answer.")

    await said(tools, "We use Postgres 16.", "We deploy on Mondays.")
    assert (await failed(NAME, reading(tools, away))).error == "The model does not answer."
    assert await scalar(tools.database, UNREAD) == 2
    assert await scalar(tools.database, "SELECT max(failed_reads) FROM messages") == 0
    assert await done(NAME, reading(tools)) == counts(messages=2, topics=1, atoms=2)


async def test_a_message_that_cannot_be_read_costs_itself_only(tools):
    def choking(messages, known):
        if any("poison" in message.text for message in messages):
            raise ValueError("It is poison.")
        return from_all(messages, known)

    await said(tools, *(f"We use Postgres {number}." for number in range(20)), "poison")
    statistics = await done(NAME, reading(tools, choking))
    assert statistics["messages_analyzed"] == 20
    assert statistics["atoms_proposed"] == 20
    assert statistics["errors"] == MAX_FAILED_READS
    assert await rows(tools.database, "SELECT text FROM messages WHERE read_at IS NULL") == [("poison",)]
    told = await rows(tools.database, ERRORS)
    assert {each[:3] for each in told} == {("error", NAME, "It is poison.")}
    assert all("extraction_run_id" in each[3] for each in told)
    assert await done(NAME, reading(tools)) == counts()


async def test_when_nothing_can_be_read_the_run_has_failed(tools):
    def broken(_messages, _known):
        raise ValueError("It broke.")

    await said(tools, "We use Postgres 16.")
    await failed(NAME, reading(tools, broken))
    assert (await rows(tools.database, ERRORS))[-1][0] == "critical"


async def test_a_run_that_a_dead_process_left_is_taken_up_again(tools):
    await said(tools, "We use Postgres 16.")
    left = await claimed(tools.database)
    assert await done(NAME, reading(tools)) == counts(messages=1, topics=1, atoms=1)
    assert await rows(tools.database, "SELECT id, status FROM extraction_runs") == [(left.run_id, "completed")]
    assert await scalar(tools.database, "SELECT count(*) FROM audit_log WHERE action = 'extraction.resumed'") == 1


async def test_the_extractor_works_while_no_transaction_is_open(tools):
    open_at_work: list[int] = []

    def watching(_messages, _known):
        open_at_work.append(tools.database.engine.pool.checkedout())
        return Extraction()

    await said(tools, "We use Postgres 16.")
    assert await done(NAME, reading(tools, watching)) == counts(messages=1)
    assert open_at_work == [1]  # the lock of the job, which is no transaction
