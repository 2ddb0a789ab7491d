"""What the machine approved is looked at again when its talk goes on; what was taken back comes before people, once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.builders import MORNING, get, rows, scalar
from tests.extraction.chats import incoming, ingest
from tests.jobs.helpers import done, poison
from tests.query_plans import executed

from assay.ai.extractor import Extraction
from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.audit.actor import SYSTEM
from assay.db.models import ProposalStatus
from assay.extraction import erasure
from assay.extraction.erasure import Drawn, Whose
from assay.proposals import actions
from assay.queue.deps import Deps
from assay.review import reexamine
from assay.review.reexamine import TalkPlace
from assay.settings import Settings

pytestmark = pytest.mark.anyio

JOB = "extract_knowledge_from_messages"
DECIDED = "Decision: the mobile app ships with Flutter 3.22 only"
TALK = (("tom", DECIDED), ("ben", "agreed"), ("dora", "+1"))
DISPUTES = "SELECT title, body, status FROM proposals WHERE title LIKE 'Disputed: %'"
ANNOUNCED = "SELECT subject_id, detail ->> 'notes' FROM audit_log WHERE action = 'proposal.disputed'"


class Chat:
    """Messages that come in one after the other. What is decided is approved before the next is heard."""

    def __init__(self, database, deps) -> None:
        self.database, self.deps = database, deps

    async def hears(self, author: str, said: str, minute: int, identity: str = "", **changes) -> None:
        name = identity or f"{minute}"
        at = MORNING + timedelta(minutes=minute)
        await ingest(self.database, incoming(said, name, author=author, sent_at=at, **changes))

    async def approves(self) -> UUID:
        for minute, (author, said) in enumerate(TALK):
            await self.hears(author, said, minute)
        for job in (JOB, "deduplication_scan", "auto_review_proposals"):
            await done(job, self.deps)
        [(found,)] = await rows(self.database, "SELECT id FROM proposals WHERE kind = 'atom' AND auto_approved")
        assert await rows(self.database, DISPUTES) == []
        return UUID(str(found))


@pytest.fixture(scope="module")
def reader():
    return OfflineExtractor(OfflineEmbedder(), per_thousand=0)


@pytest.fixture
def chat(database, reader):
    return Chat(database, Deps(database, Settings.model_validate({}), HashEmbedder(), reader))


def deaf(chat) -> Chat:
    """From now on a language model reads that sees no objection in anything."""
    silent = ScriptedExtractor(lambda _messages, _known: Extraction())
    return Chat(chat.database, replace(chat.deps, extractor=silent))


@pytest.mark.parametrize("days", [0, 3])
async def test_what_is_taken_back_later_is_put_before_people_whoever_reads_the_messages(database, chat, days):
    atom = await chat.approves()
    await deaf(chat).hears("tom", "scratch that, we do not do it, decision withdrawn", 9 + days * 24 * 60)
    await done(JOB, deaf(chat).deps)
    [(title, body, status)] = await rows(database, DISPUTES)
    assert (title, status) == (f"Disputed: {(await get(database, atom)).title}", "pending")
    assert "tom: scratch that" in body
    [(subject, notes)] = await rows(database, ANNOUNCED)
    assert subject == atom
    assert "spoken against" in notes
    found = await get(database, atom)
    assert (found.status, found.standing) == (ProposalStatus.APPROVED, "taken back")


async def test_it_is_said_once_however_often_and_by_whom_it_is_looked_at(database, chat):
    await chat.approves()
    await chat.hears("tom", "scratch that, we do not do it, decision withdrawn", 9)
    for minute in range(10, 13):
        await done(JOB, chat.deps)
        await chat.hears("eva", "no, this is wrong, I object", minute)
    await done(JOB, chat.deps)
    assert len(await rows(database, DISPUTES)) == len(await rows(database, ANNOUNCED)) == 1


async def test_what_a_person_found_to_stand_is_not_asked_again_for_the_same_words(database, chat, ana):
    await chat.approves()
    await chat.hears("tom", "scratch that, we do not do it, decision withdrawn", 9)
    await done(JOB, chat.deps)
    [(dispute,)] = await rows(database, "SELECT id FROM proposals WHERE title LIKE 'Disputed: %'")
    async with database.transaction() as session:
        await actions.reject(session, [dispute], actor=ana)
    await chat.hears("zoe", "the train was late again", 20)
    await done(JOB, chat.deps)
    assert [each.status for each in await rows(database, DISPUTES)] == ["rejected"]


async def test_talk_of_other_things_questions_nothing_and_leaves_nothing_to_look_at(database, chat):
    await chat.approves()
    await chat.hears("zoe", "the train was late again", 9)
    await done(JOB, chat.deps)
    assert await rows(database, DISPUTES) == []
    assert await scalar(database, "SELECT count(*) FROM changed_talks") == 0


async def test_an_edit_of_what_it_rests_on_takes_it_back(database, chat):
    await chat.approves()
    await chat.hears("tom", "Decision: the mobile app ships with Flutter 3.24 only", 0)
    await done(JOB, deaf(chat).deps)
    [(_, body, _)] = await rows(database, DISPUTES)
    assert "it was edited later" in body


async def test_so_does_the_erasure_of_the_consent(database, chat):
    await chat.approves()
    async with database.transaction() as session:
        await erasure.erase(session, Whose(author="dora"), drawn=Drawn.ALONE, actor=SYSTEM)
    await done(JOB, deaf(chat).deps)
    [(_, body, _)] = await rows(database, DISPUTES)
    assert "1 others consented" in body


async def test_a_reply_in_the_thread_is_heard_though_the_channel_went_on(database, chat):
    await chat.approves()
    crowd = [
        incoming("the train was late", f"x{minute}", author="zoe", sent_at=MORNING + timedelta(minutes=minute))
        for minute in range(10, 400)
    ]
    await ingest(database, *crowd)
    await done(JOB, deaf(chat).deps)
    await chat.hears("tom", "scratch that, decision withdrawn", 500, thread="0")
    await done(JOB, deaf(chat).deps)
    assert len(await rows(database, DISPUTES)) == 1


async def test_a_process_that_dies_while_it_looks_loses_nothing(database, chat):
    await chat.approves()
    await deaf(chat).hears("tom", "scratch that, we do not do it, decision withdrawn", 9)
    [place] = await rows(database, "SELECT source, channel FROM changed_talks")
    async with database.transaction() as session:
        assert await reexamine.look(session, [TalkPlace(*place)], min_voices=2)
        await session.rollback()
    assert await rows(database, DISPUTES) == []
    await done(JOB, deaf(chat).deps)
    assert len(await rows(database, DISPUTES)) == 1


async def test_a_channel_that_cannot_be_looked_at_stops_neither_the_others_nor_the_reading(database, chat):
    await chat.approves()
    await chat.hears("tom", "scratch that, we do not do it, decision withdrawn", 9)
    await ingest(database, incoming("hello there", "other", channel="lobby"))
    await rows(database, "UPDATE proposals SET title = 'Poisoned item' WHERE kind = 'atom' RETURNING id")
    await poison(database, "BEFORE UPDATE", "proposals")
    assert (await done(JOB, deaf(chat).deps))["messages_analyzed"] == 2
    assert await rows(database, "SELECT channel, failures FROM changed_talks") == [("backend", 1)]


async def test_what_the_machine_did_not_approve_is_not_looked_at(database, chat, ana):
    atom = await chat.approves()
    async with database.transaction() as session:
        await actions.revert(session, [atom], actor=ana)
        await actions.approve(session, [atom], actor=ana)
    await deaf(chat).hears("tom", "scratch that, we do not do it, decision withdrawn", 9)
    await done(JOB, deaf(chat).deps)
    assert await rows(database, DISPUTES) == []


async def test_a_look_costs_no_more_for_all_that_was_approved_elsewhere(database, chat):
    await chat.approves()
    copies = (
        "SELECT gen_random_uuid(), 'old', md5(n::text), 'other', 'eva', now(), 'hello' FROM generate_series(1, 3000) n"
    )
    async with database.transaction() as session:
        columns = "id, source, external_id, channel, author, sent_at, text"
        await session.execute(text(f"INSERT INTO messages ({columns}) {copies}"))
    await chat.hears("zoe", "the train was late again", 9)
    async with database.transaction() as session, executed(session) as statements:
        await reexamine.look(session, await reexamine.places(session), min_voices=2)
    assert max(each.rows for each in statements) < 500
