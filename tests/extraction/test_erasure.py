"""What a person said is gone for good, and with it what rests on nothing else."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.builders import decided as decided_in_chat
from tests.builders import draft, get, message_row, propose, rows, scalar, source
from tests.duplicates.helpers import arrive, scanned
from tests.extraction.chats import from_all, incoming, ingest

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.db.base import Base
from assay.db.bulk import insert_rows
from assay.db.models import ProposalStatus, StoredMessage, TriggerType
from assay.errors import InvalidInput
from assay.extraction import erasure, runs
from assay.extraction.actions import IngestReport
from assay.extraction.confidence import PARTLY_PROVEN, weighed
from assay.extraction.erasure import Drawn, Erased, Whose
from assay.kinds import Kind
from assay.messaging.requests import EXTRACTION
from assay.proposals import actions
from assay.proposals.drafts import QuotedEvidence
from assay.proposals.edit import edit
from assay.proposals.merge import actions as merging
from assay.review.actions import review
from assay.review.policy import Hold
from assay.settings import Settings

pytestmark = pytest.mark.anyio
SECRET = "Zanzibar"
TOM = Whose(author="umberto")


async def said(database, title: str, *authors: str, kind: Kind = Kind.ATOM, channel: str = "backend") -> UUID:
    """A proposal that quotes a message of each."""
    messages = [message_row(title, author=author, channel=channel) for author in authors]
    async with database.transaction() as session:
        await insert_rows(session, StoredMessage, messages)
    quotes = [QuotedEvidence(row["id"], title, 0, len(title)) for row in messages]
    backed = replace(
        draft(kind, title, reasoning=f"{title}, said {' and '.join(authors)}."),
        evidence=quotes,
        source_message_ids=[row["id"] for row in messages],
    )
    [made] = await propose(database, [backed])
    return made


async def decided(database, act, *ids: UUID, by=SYSTEM) -> str:
    async with database.transaction() as session:
        [outcome] = await act(session, list(ids), actor=by)
    return str(outcome.message)


async def erased(database, whose: Whose = TOM, *, drawn: Drawn = Drawn.ALONE, by=SYSTEM, limit: int = 1000) -> Erased:
    async with database.transaction() as session:
        return await erasure.erase(session, whose, drawn=drawn, actor=by, limit=limit)


async def everything(database) -> str:
    """All rows of all tables."""
    found = [await rows(database, f"SELECT to_jsonb(t) FROM {each.name} t") for each in Base.metadata.sorted_tables]
    return json.dumps([row[0] for table in found for row in table], default=str)


@pytest.mark.parametrize("kind", list(Kind))
async def test_no_word_of_it_is_left_anywhere(database, ana, kind):
    waiting = await said(database, f"{SECRET} waits", "umberto", kind=kind)
    known = await said(database, f"{SECRET} is known", "umberto", kind=kind)
    async with database.transaction() as session:
        await edit(session, {waiting: {"body": f"{SECRET} again"}}, weigh=weighed, actor=ana, notes=SECRET)
    judged = "unsupported = ARRAY[:word], standing = 'sound', standing_because = 'decided by umberto'"
    await rows(database, f"UPDATE proposals SET {judged} RETURNING id", word=SECRET)
    await decided(database, actions.approve, known, by=ana)
    assert SECRET in await everything(database)

    done = await erased(database, by=ana)

    assert (done.messages, done.quotes, done.proposals, done.topics + done.atoms) == (2, 2, 2, 1)
    assert SECRET not in await everything(database)
    assert "umberto" not in await everything(database)
    assert (await get(database, waiting)).status is ProposalStatus.REJECTED
    assert await scalar(database, "SELECT archived FROM entities") is True


async def test_what_others_say_too_stays_and_rests_on_them_alone(database):
    shared = await said(database, "Shared", "umberto", "eva")
    told = "standing = 'sound', standing_because = 'decided by umberto'"
    await rows(database, f"UPDATE proposals SET {told} RETURNING id")

    done = await erased(database)

    kept = await get(database, shared)
    assert (done.proposals, done.kept, kept.title, kept.status) == (0, 1, "Shared", ProposalStatus.PENDING)
    assert kept.confidence <= 0.9  # one voice is left
    assert (kept.reasoning, kept.standing_because) == ("", None)
    assert await rows(database, "SELECT author FROM messages") == [("eva",)]
    assert await scalar(database, "SELECT count(*) FROM evidence") == len(kept.source_message_ids) == 1


async def test_a_decision_whose_author_is_erased_does_not_rest_on_the_consents_alone(database):
    embedder = HashEmbedder()
    title = "Invoices are kept for ten years"
    talk = decided_in_chat(title)
    async with database.transaction() as session:
        await source(session, "test")
        await insert_rows(session, StoredMessage, talk)
    quotes = [QuotedEvidence(each["id"], each["text"], 0, len(each["text"])) for each in talk]
    backed = replace(draft(title=title, body="", stated_confidence=0.97), evidence=quotes)
    [waiting] = await arrive(database, embedder, replace(backed, source_message_ids=[each["id"] for each in talk]))
    await scanned(database, embedder, waiting)

    await erased(database, Whose(author="tom"))

    kept = await get(database, waiting)
    assert (kept.title, kept.confidence <= PARTLY_PROVEN, kept.unsupported != []) == (title, True, True)
    async with database.transaction() as session:
        found = await review(session, [waiting], settings=Settings.model_validate({}), model=embedder.model)
    assert (found.approved, found.held) == ([], {waiting: Hold.UNSUPPORTED})


@pytest.mark.parametrize(
    ("drawn", "left"), [(Drawn.ALL, []), (Drawn.ALONE, ["Shared"]), (Drawn.NONE, ["Alone", "Shared"])]
)
async def test_who_erases_says_what_becomes_of_the_knowledge(database, drawn, left):
    for title, authors in (("Alone", ["umberto"]), ("Shared", ["umberto", "eva"])):
        await decided(database, actions.approve, await said(database, title, *authors))
    await erased(database, drawn=drawn)
    assert await rows(database, "SELECT title FROM entities WHERE NOT archived ORDER BY 1") == [
        (each,) for each in left
    ]
    assert await scalar(database, "SELECT count(*) FROM messages WHERE author = 'umberto'") == 0


async def test_the_trail_of_what_stays_no_longer_names_who_backed_it(database):
    shared = await said(database, "Shared", "umberto", "eva")
    grounds = {shared: {"because": "decided by umberto", "compared": ["Shared"]}}
    async with database.transaction() as session:
        await actions.approve(session, [shared], actor=SYSTEM, grounds=grounds)
    assert "umberto" in await everything(database)
    await erased(database)
    assert "umberto" not in await everything(database)


async def test_knowledge_stays_that_somebody_else_s_words_were_merged_into(database):
    target, source = await said(database, "Target", "umberto"), await said(database, "Source", "eva")
    await decided(database, actions.approve, target)
    async with database.transaction() as session:
        await merging.merge(session, {source: target}, actor=SYSTEM)
    done = await erased(database)
    assert (done.proposals, done.atoms) == (1, 0)
    assert await rows(database, "SELECT title, archived FROM entities") == [("Target", False)]


async def test_a_dry_run_says_the_same_and_changes_nothing(database):
    await said(database, "Alone", "umberto")
    await said(database, "Shared", "umberto", "eva")
    before = await everything(database)
    async with database.transaction() as session:
        planned = await erasure.preview(session, TOM, drawn=Drawn.ALONE)
    assert await everything(database) == before
    assert planned == await erased(database)


async def test_a_channel_goes_and_the_other_stays(database):
    await said(database, "Here", "umberto", channel="backend")
    there = await said(database, "There", "umberto", channel="hr")
    await erased(database, Whose(channel="backend"))
    assert await rows(database, "SELECT channel FROM messages") == [("hr",)]
    assert (await get(database, there)).title == "There"


async def test_what_a_portion_leaves_the_next_takes_and_the_last_finds_nothing(database):
    for each in range(3):
        await said(database, f"{SECRET} {each}", "umberto")
    assert [(await erased(database, limit=2)).messages for _ in range(3)] == [2, 1, 0]
    assert SECRET not in await everything(database)


async def test_what_dies_in_the_middle_has_erased_nothing(database):
    await said(database, SECRET, "umberto")
    before = await everything(database)
    async with database.transaction() as session:
        await erasure.erase(session, TOM, drawn=Drawn.ALONE, actor=SYSTEM)
        await session.rollback()
    assert await everything(database) == before


@pytest.mark.parametrize("act", [actions.reopen, actions.approve, actions.reject])
async def test_nothing_can_be_decided_on_what_is_empty(database, ana, act):
    waiting = await said(database, SECRET, "umberto")
    await erased(database)
    assert await decided(database, act, waiting, by=ana) != "Done."
    assert (await get(database, waiting)).status is ProposalStatus.REJECTED


async def test_what_was_like_it_is_compared_anew(database):
    gone, like = await said(database, "Gone", "umberto"), await said(database, "Like", "eva")
    async with database.transaction() as session:
        marked = "dedup_state = 'duplicate', similar_proposal_id = :gone, similarity_explanation = 'Gone'"
        await session.execute(text(f"UPDATE proposals SET {marked} WHERE id = :like"), {"gone": gone, "like": like})
    await erased(database)
    assert (await get(database, like)).dedup_state == "unchecked"
    assert await scalar(database, "SELECT count(*) FROM job_requests WHERE job = 'deduplication_scan'") > 0


async def test_what_was_erased_is_not_brought_in_again_and_what_others_said_is(database):
    chat = [incoming("Mine.", "1", author="umberto"), incoming("Yours.", "2", author="eva")]
    await ingest(database, *chat)
    await erased(database)
    edited = incoming("Mine, in other words.", "1", author="umberto")
    assert await ingest(database, *chat, edited) == IngestReport(unchanged=1, erased=2)
    assert await ingest(database, *chat, source="another") == IngestReport(added=2)
    assert await rows(database, "SELECT author FROM messages WHERE source = 'chat'") == [("eva",)]


async def test_what_a_cancelled_run_had_not_read_is_read_soon(database):
    await ingest(database, incoming("Mine.", author="umberto"), incoming("Yours.", author="eva"))
    async with database.transaction() as session:
        await runs.claim(session, extractor=ScriptedExtractor(from_all), trigger=TriggerType.MANUAL, actor=SYSTEM)
        await session.execute(text("DELETE FROM job_requests"))
    await erased(database)
    assert await scalar(database, "SELECT extraction_run_id FROM messages") is None
    assert EXTRACTION in [job for (job,) in await rows(database, "SELECT job FROM job_requests")]


async def test_the_trail_says_that_and_how_much_and_not_whose(database, ana):
    await said(database, SECRET, "umberto")
    await erased(database, by=ana)
    [(detail,)] = await rows(database, "SELECT detail FROM audit_log WHERE action = 'messages.erased'")
    assert (detail["by"], detail["messages"], detail["drawn"]) == (["author"], 1, "alone")


def test_nobody_erases_everything_at_once():
    with pytest.raises(InvalidInput, match="Name a person or a channel"):
        Whose(source="chat")
