"""Own knowledge that comes back through chat proves nothing; what is new about it is heard."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.builders import MORNING, draft, get, propose, rows, scalar, with_evidence
from tests.extraction.chats import atom, incoming, ingest, read_all, topic

from assay.ai.extractor import Extraction, LinkDraft, Quote
from assay.ai.fakes import ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.extraction.confidence import weighed
from assay.extraction.restatements import RestatableAtom, lines, says_the_same
from assay.kinds import LinkType
from assay.proposals import actions, evidence
from assay.proposals.drafts import Addition, QuotedEvidence
from assay.proposals.edit import edit

pytestmark = pytest.mark.anyio

FACT = "Access logs are kept for 90 days"
NEWS = "Access logs are kept for 120 days"


def known(title: str = FACT, body: str = "") -> RestatableAtom:
    return RestatableAtom(uuid4(), title, body, is_entity=True)


@pytest.mark.parametrize(
    "said",
    [
        FACT,
        FACT.upper() + "!!!",
        f"*{FACT}*",
        f"As Lena posted: {FACT.lower()}",
        f"New in the knowledge base: {FACT}",
        "Access log are kept for 90 days",
        "Acess logs kept for 90 days",
        f"Reminder, we said {FACT}.",
    ],
)
def test_small_edits_and_wrapping_say_nothing_new(said):
    assert says_the_same(said, known())


@pytest.mark.parametrize(
    "said",
    [
        NEWS,
        "Access logs are kept for ninety weeks",
        f"{FACT} except in Dublin",
        f"{FACT}, since March without names",
        "Access logs are not kept for 90 days",
        "Error logs are kept for 90 days",
        "Access logs are deleted after 90 days",
        "Logs",
        "",
    ],
)
def test_another_fact_or_more_of_them_is_new(said):
    assert not says_the_same(said, known())


def test_a_word_that_is_the_opposite_is_no_slip_of_the_pen():
    allowed = known("Guests are allowed on the build network")
    assert not says_the_same("Guests are disallowed on the build network", allowed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Postgres", "MySQL"), ("nodea", "nodeb"), ("eu-west", "eu-east"), ("Marta", "Maria"), ("k8s", "k3s")],
)
def test_another_name_is_another_fact(one, other):
    assert not says_the_same(f"The ledger of the shop runs on {one}", known(f"The ledger of the shop runs on {other}"))


def test_the_whole_statement_may_be_restated_as_well_as_its_title():
    assert says_the_same(FACT, known("Retention of access logs", FACT))


def test_a_quotation_is_read_line_by_line():
    assert lines(f"📌 *New in our wiki:*\n> - {FACT}\n\n>") == [FACT]


def saying(*titles: str, topics: tuple[str, ...] = ()) -> ScriptedExtractor:
    """Finds these atoms, each backed by all messages that hold its words, or else by every message."""

    def script(messages, _known) -> Extraction:
        def quotes(title: str) -> list[Quote]:
            holding = [message for message in messages if title.casefold() in message.text.casefold()]
            return [Quote(message.id, title if holding else message.text) for message in holding or messages]

        return Extraction(
            topics=[topic(name, *(Quote(m.id, m.text) for m in messages)) for name in topics],
            atoms=[atom(title, *quotes(title), confidence=0.9) for title in titles],
        )

    return ScriptedExtractor(script)


async def said(database, *texts: str, author: str = "lena", **changes) -> None:
    await ingest(
        database,
        *(incoming(t, sent_at=MORNING + timedelta(hours=2 + n), author=author, **changes) for n, t in enumerate(texts)),
    )


async def pending(database, **changes) -> UUID:
    """A pending atom that says the fact, backed by words of tom."""
    [backed] = await with_evidence(database, draft(title=FACT, body=FACT, confidence=0.9, **changes))
    await database_read(database)
    [proposal_id] = await propose(database, [backed])
    return proposal_id


async def database_read(database) -> None:
    await rows(database, "UPDATE messages SET read_at = now() RETURNING id")


async def approved(database) -> UUID:
    proposal_id = await pending(database)
    async with database.transaction() as session:
        await actions.approve(session, [proposal_id], actor=SYSTEM)
    return proposal_id


async def counted(database):
    return await scalar(database, "SELECT dropped FROM extraction_runs ORDER BY created_at DESC LIMIT 1")


@pytest.mark.parametrize("text", [FACT, f"> {FACT}", f"*{FACT}*, as we said", f"lena posted: {FACT.lower()}."])
async def test_approved_knowledge_that_a_person_passes_on_is_no_proposal(database, text):
    await approved(database)
    await said(database, text)
    [stored] = await read_all(database, saying(FACT))
    assert (stored.topics, stored.atoms) == (0, 0)
    assert await counted(database) == {"echoes": 1}


async def test_approved_knowledge_that_a_bot_posts_is_no_proposal_in_whatever_words_it_is_drafted(database):
    await approved(database)
    await said(database, f"📌 New in the knowledge base:\n• {FACT}\n• *{FACT}*", author="newsletter")
    [stored] = await read_all(database, saying("Logs stay for a quarter", topics=("Retention",)))
    assert (stored.topics, stored.atoms) == (0, 0)
    assert await counted(database) == {"echoes": 2}


async def test_whoever_says_something_new_about_it_is_heard(database):
    await approved(database)
    await said(database, f"> {FACT}\nNo longer true: {NEWS.lower()} since March.")
    [stored] = await read_all(database, saying(NEWS))
    assert stored.atoms == 1
    assert await counted(database) == {}


async def test_another_person_who_says_the_same_adds_evidence_to_what_waits_and_restarts_its_clock(database):
    waiting = await pending(database)
    before = await get(database, waiting)
    await said(database, f"{FACT}.")
    [stored] = await read_all(database, saying(FACT))
    after = await get(database, waiting)
    assert stored.atoms == 0
    assert await counted(database) == {"restated": 1}
    assert await scalar(database, "SELECT count(*) FROM proposals") == 1
    assert await rows(database, "SELECT position, quote, verified FROM evidence ORDER BY position") == [
        (0, FACT, True),
        (1, FACT, True),
    ]
    assert after.refreshed_at > before.refreshed_at
    assert (after.version, len(after.source_message_ids)) == (before.version + 1, 2)
    assert after.confidence == pytest.approx(0.918)
    trail = "SELECT detail FROM audit_log WHERE action = 'proposal.evidence_added'"
    assert [each.detail["confidence_before"] for each in await rows(database, trail)] == [0.9]


async def test_new_evidence_is_weighed_by_what_the_claim_says_with_it(database):
    waiting = await pending(database)
    longer = f"{FACT}, unless legal asks for more"
    async with database.transaction() as session:
        await edit(session, {waiting: {"title": longer, "body": longer}}, weigh=weighed, actor=SYSTEM)
    alone = await get(database, waiting)
    await said(database, longer)
    message_id = await scalar(database, "SELECT id FROM messages WHERE text = :text", text=longer)
    told = Addition([QuotedEvidence(message_id, longer, 0, len(longer))], 0.9)
    async with database.transaction() as session:
        await evidence.add(session, {waiting: told}, weigh=weighed, actor=SYSTEM)
    after = await get(database, waiting)
    assert alone.unsupported
    assert alone.confidence == 0.8
    assert not after.unsupported
    assert after.confidence == pytest.approx(0.918)


async def test_an_edit_is_weighed_by_what_its_evidence_says(database):
    waiting = await pending(database)
    before = (await get(database, waiting)).confidence
    for words, confidence in ((NEWS, 0.8), (FACT, before)):
        async with database.transaction() as session:
            await edit(session, {waiting: {"title": words, "body": words}}, weigh=weighed, actor=SYSTEM)
        assert (await get(database, waiting)).confidence == confidence


@pytest.mark.parametrize(
    ("text", "author"), [(f"> {FACT}", "lena"), (f"“{FACT}”", "lena"), (f"{FACT}.", "tom"), (f"{FACT}.", "tom_")]
)
async def test_quotations_and_repetition_add_nothing_to_what_waits(database, text, author):
    waiting = await pending(database)
    before = await get(database, waiting)
    await said(database, text, author=author)
    await read_all(database, saying(FACT))
    after = await get(database, waiting)
    assert await counted(database) == {"echoes": 1}
    assert (after.refreshed_at, after.version) == (before.refreshed_at, before.version)
    assert await scalar(database, "SELECT count(*) FROM evidence") == 1


async def test_links_to_what_is_known_already_lead_to_it(database):
    known_id = await approved(database)

    def script(messages, _known) -> Extraction:
        quotes = [Quote(message.id, message.text) for message in messages]
        more = atom("Backups contain them too", links=[LinkDraft(1, LinkType.RELATES_TO, 0.5)])
        return Extraction(atoms=[more, atom(FACT, *quotes)])

    await said(database, FACT)
    await read_all(database, ScriptedExtractor(script))
    [(links,)] = await rows(database, "SELECT proposed_links FROM proposals WHERE title LIKE 'Backups%'")
    assert [link["to"] for link in links] == [str(known_id)]


async def test_what_was_rejected_may_be_proposed_again(database):
    waiting = await pending(database)
    async with database.transaction() as session:
        await actions.reject(session, [waiting], actor=SYSTEM)
    await said(database, FACT)
    [stored] = await read_all(database, saying(FACT))
    assert stored.atoms == 1
