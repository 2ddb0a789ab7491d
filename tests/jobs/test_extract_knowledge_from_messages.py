"""Messages become proposals; what cannot be read never stops the rest."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.builders import MORNING, draft, rows, scalar
from tests.extraction.chats import claimed, from_all, incoming, ingest
from tests.jobs.helpers import ERRORS, cleared, done, failed
from tests.patience import PATIENCE

from assay.ai.extractor import ContextLimits, Extraction, Window
from assay.ai.fakes import ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.db.models.messages import MAX_FAILED_READS
from assay.errors import Unavailable
from assay.extraction import actions as extraction
from assay.kinds import Kind

pytestmark = pytest.mark.anyio

NAME = "extract_knowledge_from_messages"
RUNS = "SELECT status, count(*) FROM extraction_runs GROUP BY 1 ORDER BY 1"
UNREAD = "SELECT count(*) FROM messages WHERE read_at IS NULL AND extraction_run_id IS NULL"


def counts(messages: int = 0, topics: int = 0, atoms: int = 0, errors: int = 0) -> dict[str, int]:
    return {"messages_analyzed": messages, "topics_proposed": topics, "atoms_proposed": atoms, "errors": errors}


def reading(deps, script=from_all):
    return replace(deps, extractor=ScriptedExtractor(script))


async def said(deps, *texts: str) -> None:
    await ingest(
        deps.database,
        *(incoming(text, sent_at=MORNING + timedelta(minutes=minute)) for minute, text in enumerate(texts)),
    )


async def test_unread_messages_become_proposals_once(deps):
    await said(deps, "We use Postgres 16.", "We deploy on Mondays.")
    assert await done(NAME, reading(deps)) == counts(messages=2, topics=1, atoms=2)
    assert await done(NAME, reading(deps)) == counts()
    assert await rows(deps.database, RUNS) == [("completed", 1)]


async def test_no_message_is_no_run(deps):
    assert await done(NAME, reading(deps)) == counts()
    assert await rows(deps.database, RUNS) == []


async def test_an_extractor_that_does_not_answer_fails_the_run_and_gives_the_messages_back(deps):
    def away(_messages, _known):
        raise Unavailable("The model does not answer.")

    await said(deps, "We use Postgres 16.", "We deploy on Mondays.")
    assert (await failed(NAME, reading(deps, away))).error == "The model does not answer."
    assert await scalar(deps.database, UNREAD) == 2
    assert await scalar(deps.database, "SELECT max(failed_reads) FROM messages") == 0
    assert await done(NAME, reading(deps)) == counts(messages=2, topics=1, atoms=2)


async def test_a_message_that_cannot_be_read_costs_itself_only(deps):
    def choking(messages, known):
        if any("poison" in message.text for message in messages):
            raise ValueError("It is poison.")
        return from_all(messages, known)

    await said(deps, *(f"Node{chr(97 + number)} runs Postgres." for number in range(20)), "poison")
    statistics = await done(NAME, reading(deps, choking))
    assert statistics["messages_analyzed"] == 20
    assert statistics["atoms_proposed"] == 20
    assert statistics["errors"] == MAX_FAILED_READS
    assert await rows(deps.database, "SELECT text FROM messages WHERE read_at IS NULL") == [("poison",)]
    told = await rows(deps.database, ERRORS)
    assert {each[:3] for each in told} == {("error", NAME, "It is poison.")}
    assert all("extraction_run_id" in each[3] for each in told)
    assert await done(NAME, reading(deps)) == counts()


async def test_when_nothing_can_be_read_the_run_has_failed(deps):
    def broken(_messages, _known):
        raise ValueError("It broke.")

    await said(deps, "We use Postgres 16.", "We deploy on Mondays.")
    await failed(NAME, reading(deps, broken))
    assert (await rows(deps.database, ERRORS))[-1][0] == "critical"


async def test_a_run_that_a_dead_process_left_is_taken_up_again(deps):
    await said(deps, "We use Postgres 16.")
    left = await claimed(deps.database)
    assert await done(NAME, reading(deps)) == counts(messages=1, topics=1, atoms=1)
    assert await rows(deps.database, "SELECT id, status FROM extraction_runs") == [(left.run_id, "completed")]
    assert await scalar(deps.database, "SELECT count(*) FROM audit_log WHERE action = 'extraction.resumed'") == 1


async def test_the_extractor_works_while_no_transaction_is_open(deps):
    open_at_work: list[int] = []

    def watching(_messages, _known):
        open_at_work.append(deps.database.engine.pool.checkedout())
        return Extraction()

    await said(deps, "We use Postgres 16.")
    assert await done(NAME, reading(deps, watching)) == counts(messages=1)
    assert open_at_work == [1]  # the lock of the job, which is no transaction


class SlowExtractor(ScriptedExtractor):
    """Notes how many calls run at a time; one of them may hang until it is aborted."""

    def __init__(self, *, concurrency: int, hangs: bool = False) -> None:
        super().__init__(
            from_all, limits=ContextLimits(messages=10, characters=1_000, context=2, concurrency=concurrency)
        )
        self.hangs = hangs
        self.running = self.most = self.aborted = 0
        self.began, self.full = asyncio.Event(), asyncio.Event()

    async def extract(self, window: Window) -> Extraction:
        self.running += 1
        self.most = max(self.most, self.running)
        self.began.set()
        if self.running == self.limits.concurrency:
            self.full.set()
        try:
            await (asyncio.sleep(3_600) if self.hangs else asyncio.wait_for(self.full.wait(), PATIENCE))
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        finally:
            self.running -= 1
        return await super().extract(window)


async def talks(deps, number: int) -> None:
    """Conversations, an hour apart."""
    await ingest(
        deps.database,
        *(
            incoming(f"Talk {each}.", sent_at=MORNING + timedelta(hours=each), author=f"a{each}")
            for each in range(number)
        ),
    )


async def test_as_many_windows_are_read_at_a_time_as_the_extractor_asks_for_and_no_more(deps):
    await talks(deps, 9)
    extractor = SlowExtractor(concurrency=3)
    assert (await done(NAME, replace(deps, extractor=extractor)))["messages_analyzed"] == 9
    assert extractor.most == 3


async def test_windows_that_are_read_at_a_time_propose_one_topic_once(deps):
    await talks(deps, 9)
    statistics = await done(NAME, replace(deps, extractor=SlowExtractor(concurrency=9)))
    assert (statistics["topics_proposed"], statistics["atoms_proposed"]) == (1, 9)


async def test_a_cancelled_run_aborts_its_calls_and_leaves_the_rest_unread(deps):
    await talks(deps, 5)
    extractor = SlowExtractor(concurrency=2, hangs=True)
    job = asyncio.create_task(done(NAME, replace(deps, extractor=extractor)))
    await asyncio.wait_for(extractor.began.wait(), PATIENCE)
    async with deps.database.transaction() as session:
        [run_id] = await session.scalars(text("SELECT id FROM extraction_runs"))
        await extraction.cancel(session, run_id, actor=SYSTEM)
    assert await asyncio.wait_for(job, PATIENCE) == counts()
    assert (extractor.aborted, extractor.running) == (2, 0)
    assert await rows(deps.database, RUNS) == [("cancelled", 1)]
    assert await scalar(deps.database, UNREAD) == 5


async def test_what_other_windows_taught_stays_when_one_could_not_be_read(deps):
    def choking(messages, known):
        if messages[0].text == "Talk 1.":
            raise ValueError("It is poison.")
        return from_all(messages, known)

    await talks(deps, 3)
    extractor = ScriptedExtractor(choking, limits=ContextLimits(messages=10, characters=1_000, context=2))
    statistics = await done(NAME, replace(deps, extractor=extractor))
    assert (statistics["messages_analyzed"], statistics["atoms_proposed"], statistics["errors"]) == (2, 2, 5)
    assert (await rows(deps.database, RUNS))[-1] == ("failed", 5)
    first = "SELECT messages_analyzed, error FROM extraction_runs ORDER BY created_at LIMIT 1"
    assert await rows(deps.database, first) == [(2, "It is poison.")]


async def test_an_extractor_is_told_of_the_knowledge_that_is_near(deps):
    await topics_with_vectors(deps, 70)
    await talks(deps, 1)
    extractor = ScriptedExtractor(limits=ContextLimits(messages=10, characters=1_000, context=2))
    await done(NAME, replace(deps, extractor=extractor))
    [window] = extractor.windows
    assert len(window.known_topics) <= 60
    assert window.known_topics[0] == "Talk 0."


async def topics_with_vectors(deps, number: int) -> None:
    """Topics with their vectors, one of them named like what is said."""
    names = [f"Subject {each} of quite another kind" for each in range(number - 1)]
    await cleared(deps, *(draft(Kind.TOPIC, name, body="") for name in (*names, "Talk 0.")))


async def test_messages_are_counted_as_messages_and_never_more_than_there_are(deps):
    await said(deps, "We use Postgres.", "We use NATS.")
    with capture_logs() as logs:
        await done(NAME, reading(deps))
    said_of_job = [each["event"] for each in logs if each["event"].startswith(f"Job {NAME}")]
    assert said_of_job[0] == f"Job {NAME} started: processing 2 messages"
    steps = [each.split()[3].split("/") for each in said_of_job if "processed" in each]
    assert all(int(done) <= int(total) for done, total in steps)
