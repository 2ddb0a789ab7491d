"""What is said against stored knowledge reaches those who decide, however late it comes."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.builders import MORNING, get, rows, scalar
from tests.extraction.chats import atom, incoming, ingest, read_all

from assay.ai.extractor import Extraction, ObjectionDraft, Quote
from assay.ai.fakes import ScriptedExtractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor
from assay.audit.actor import SYSTEM
from assay.db.models import Recommendation
from assay.proposals import actions

pytestmark = pytest.mark.anyio

DECIDED = "Decision: the mobile app ships with Flutter 3.22 only"
AGAINST = "scratch that, we do not do it, decision withdrawn"


class Chat:
    """Messages that come in one after the other, each read before the next."""

    def __init__(self, database, extractor) -> None:
        self.database, self.extractor, self.minute = database, extractor, 0

    async def hears(self, *lines: str) -> None:
        for line in lines:
            author, said = line.split(": ", 1)
            self.minute += 2
            await ingest(self.database, incoming(said, author=author, sent_at=MORNING + timedelta(minutes=self.minute)))
        await read_all(self.database, self.extractor)

    async def decides(self) -> UUID:
        await self.hears(f"tom: {DECIDED}", "ben: agreed", "dora: +1")
        [(proposal_id,)] = await rows(self.database, "SELECT id FROM proposals WHERE kind = 'atom'")
        return UUID(str(proposal_id))


@pytest.fixture(scope="module")
def reader():
    return OfflineExtractor(OfflineEmbedder(), per_thousand=0)


@pytest.fixture
def chat(database, reader):
    return Chat(database, reader)


async def approve(database, proposal_id) -> None:
    async with database.transaction() as session:
        await actions.approve(session, [proposal_id], actor=SYSTEM, with_topics=True)


@pytest.mark.parametrize("line", [f"tom: {AGAINST}", "eva: I strongly object, this is wrong", "eva: ich bin dagegen"])
async def test_a_pending_decision_that_is_spoken_against_later_is_left_to_people(database, chat, line):
    decided = await chat.decides()
    before = await get(database, decided)
    await chat.hears(line)
    after = await get(database, decided)
    assert (before.llm_recommendation, after.llm_recommendation) == (Recommendation.NEW, Recommendation.REJECT)
    assert after.confidence < before.confidence
    assert line.split(": ")[1] in after.reasoning
    assert after.version == before.version + 1
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'proposal.disputed'") == 1


async def test_consent_and_other_talk_that_come_later_dispute_nothing(database, chat):
    decided = await chat.decides()
    await chat.hears("eva: +1", "eva: no, thanks, I had lunch", "tom: the train was late again")
    assert (await get(database, decided)).llm_recommendation is Recommendation.NEW


async def test_an_approved_decision_stays_and_people_are_told_by_a_proposal_that_contradicts_it(database, chat):
    decided = await chat.decides()
    await approve(database, decided)
    await chat.hears(f"tom: {AGAINST}")
    [(title, body, links, recommendation)] = await rows(
        database,
        "SELECT title, body, proposed_links, llm_recommendation FROM proposals WHERE status = 'pending' AND id <> :id",
        id=decided,
    )
    assert title.startswith("Disputed: ")
    assert AGAINST in body
    assert links == [{"to": str(decided), "link_type": "contradicts", "strength": 1.0}]
    assert recommendation == "merge"
    assert not await scalar(database, "SELECT archived FROM entities WHERE id = :id", id=decided)


async def test_an_objection_is_raised_once_however_much_is_said_after_it(database, chat):
    decided = await chat.decides()
    await approve(database, decided)
    await chat.hears(f"tom: {AGAINST}")
    await chat.hears("ben: fine", "dora: good to know, thanks")
    assert await scalar(database, "SELECT count(*) FROM proposals WHERE title LIKE 'Disputed: %'") == 1


async def test_what_was_withdrawn_already_is_not_disputed(database, chat):
    decided = await chat.decides()
    async with database.transaction() as session:
        await actions.reject(session, [decided], actor=SYSTEM)
    await chat.hears(f"tom: {AGAINST}")
    assert await scalar(database, "SELECT count(*) FROM proposals WHERE status = 'pending' AND kind = 'atom'") == 0


class Objecting(ScriptedExtractor):
    """Drafts a decision from what is said first; of what is said later, an objection with the given words.

    Each of `to` and `words` is "old" or "new", for the words of that message, or words that stand in the old one.
    """

    def __init__(self, to: str, *words: str, confidence: float = 0.1) -> None:
        super().__init__()
        self.to, self.words, self.confidence = to, words, confidence

    async def extract(self, window):
        old, new = window.in_order[0], window.messages[-1]
        said = {"old": Quote(old.id, old.text), "new": Quote(new.id, new.text)}
        if not window.context:
            return Extraction(atoms=[atom(DECIDED, said["new"])])
        against = [said.get(word, Quote(new.id, word)) for word in self.words]
        objection = ObjectionDraft(said.get(self.to, Quote(old.id, self.to)), against, self.confidence)
        return Extraction(objections=[objection])


@pytest.mark.parametrize(
    "words", [("invented", "new"), ("old", "invented"), ("old", "old"), ("new", "new"), ("old",)], ids=str
)
async def test_an_extractor_that_invents_an_objection_changes_nothing(database, words):
    chat = Chat(database, Objecting(*words))
    await chat.hears(f"tom: {DECIDED}")
    before = await rows(database, "SELECT * FROM proposals")
    await chat.hears(f"eva: {AGAINST}")
    assert await rows(database, "SELECT * FROM proposals") == before


async def test_whoever_reads_the_chat_may_find_the_objection_and_no_number_is_too_odd(database):
    chat = Chat(database, Objecting("old", "new", confidence=float("nan")))
    await chat.hears(f"tom: {DECIDED}")
    await chat.hears(f"eva: {AGAINST}")
    [(recommendation, confidence)] = await rows(database, "SELECT llm_recommendation, confidence FROM proposals")
    assert (recommendation, confidence) == ("reject", 0)
