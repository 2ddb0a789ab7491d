"""Runs: nothing is lost, nothing is read twice, nothing holds up the rest."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS, MORNING, counted_statements, draft, propose, rows, scalar
from tests.extraction.chats import atom, claim, claimed, fail, from_all, incoming, ingest, read_all, store, topic

from assay.ai.extractor import WHOLE_CHAT, Extraction, LinkDraft, Quote
from assay.ai.fakes import ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.errors import Conflict, NotFound, Unavailable
from assay.extraction import actions, known_context, runs
from assay.kinds import Kind, LinkType
from assay.proposals import actions as proposals

pytestmark = pytest.mark.anyio

SIXTEEN = ScriptedExtractor(limits=replace(WHOLE_CHAT, messages=16))
RUNS = "SELECT status FROM extraction_runs ORDER BY created_at, id"
TRAIL = "SELECT action FROM audit_log WHERE action LIKE 'extraction.%' ORDER BY id"


async def cancel(database, run_id) -> None:
    async with database.transaction() as session:
        await actions.cancel(session, run_id, actor=SYSTEM)


async def delete_orphans(database, *, days_old: int = 0) -> int:
    async with database.transaction() as session:
        return await actions.delete_orphans(session, older_than=now() - timedelta(days=days_old), actor=SYSTEM)


def spelt(number: int) -> str:
    """A word of its own for each number: somebody whose lines all open alike is taken for a machine."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number)) + "node"


async def say(database, *texts: str, **changes) -> None:
    await ingest(
        database,
        *(incoming(text, sent_at=MORNING + timedelta(minutes=minute), **changes) for minute, text in enumerate(texts)),
    )


async def test_a_run_reads_the_oldest_messages_first_and_each_once(database):
    await say(database, "First.", "Second.", "Third.", thread="t")
    first, second = await claimed(database, 2), None
    await store(database, first, Extraction())
    second = await claimed(database, 2)
    await store(database, second, Extraction())
    assert [message.text for message in first.messages] == ["First.", "Second."]
    assert [(message.text, message.thread) for message in second.messages] == [("Third.", "t")]
    assert await claim(database) is None


async def test_a_run_records_its_window_and_what_read_it(database):
    await say(database, "First.", "Second.")
    await claimed(database)
    assert await rows(
        database,
        "SELECT status, trigger_type, time_window_start, time_window_end, extractor, model_name, prompt_version, "
        "config_snapshot FROM extraction_runs",
    ) == [
        (
            "running",
            "ingest",
            MORNING,
            MORNING + timedelta(minutes=1),
            "scripted",
            "script",
            "1",
            {"limit": 4_000, "messages": 2},
        )
    ]


async def test_what_a_run_finds_is_proposed_with_the_end_of_the_run(database):
    await say(database, "We use Postgres 16.", "We deploy on Mondays.")
    [stored] = await read_all(database, ScriptedExtractor(from_all))
    assert (stored.messages, stored.topics, stored.atoms) == (2, 1, 2)
    assert await rows(
        database,
        "SELECT status, messages_analyzed, topic_proposals_created, atom_proposals_created, llm_tokens_used, "
        "cost_estimate, completed_at IS NOT NULL FROM extraction_runs",
    ) == [("completed", 2, 1, 2, 7, 0.25, True)]
    assert (
        await scalar(database, "SELECT count(*) FROM proposals WHERE kind = 'atom' AND topic_proposal_id IS NULL") == 0
    )
    assert await scalar(database, "SELECT bool_and(verified) FROM evidence") is True


async def test_the_events_of_a_run_carry_its_counts(database):
    await say(database, "We use Postgres 16.")
    await read_all(database, ScriptedExtractor(from_all))
    run = str(await scalar(database, "SELECT id FROM extraction_runs"))
    assert await rows(
        database, "SELECT action, channel, data FROM audit_log WHERE action LIKE 'extraction.%' ORDER BY id"
    ) == [
        ("extraction.started", "knowledge_proposals", {"run_id": run, "messages": 1}),
        (
            "extraction.completed",
            "knowledge_proposals",
            {"run_id": run, "messages_analyzed": 1, "topics_proposed": 1, "atoms_proposed": 1},
        ),
    ]


async def test_an_extractor_is_told_the_topics_that_exist_and_that_are_proposed(database):
    await say(database, "Hello there.")
    live, _, atom = await propose(database, [draft(Kind.TOPIC, "Ledger"), draft(Kind.TOPIC, "Cache"), draft()])
    async with database.transaction() as session:
        await proposals.approve(session, [live, atom], actor=SYSTEM)
        known = await known_context.newest(session, known_context.FOR_A_CONVERSATION)
    assert (sorted(known.topics), [each.id for each in known.atoms]) == (["Cache", "Ledger"], [atom])
    assert known.proposed_topics == {"Cache"}


@pytest.mark.parametrize("approved", [True, False])
async def test_a_topic_that_exists_or_is_proposed_is_not_proposed_again_but_filed_under(database, approved):
    await say(database, "We use Postgres 16.")
    [known] = await propose(database, [draft(Kind.TOPIC, "Ledger")])
    if approved:
        async with database.transaction() as session:
            await proposals.approve(session, [known], actor=SYSTEM)
    [stored] = await read_all(database, ScriptedExtractor(from_all))
    assert (stored.topics, stored.dropped["known_topics"]) == (0, 1)
    column = "topic_entity_id" if approved else "topic_proposal_id"
    assert await rows(database, f"SELECT {column} FROM proposals WHERE kind = 'atom'") == [(known,)]


async def test_a_topic_that_people_rejected_is_not_proposed_again_and_nothing_is_filed_under_it(database):
    await say(database, "We use Postgres 16.")
    [unwanted] = await propose(database, [draft(Kind.TOPIC, "Ledger")])
    async with database.transaction() as session:
        await proposals.reject(session, [unwanted], actor=SYSTEM)
    [stored] = await read_all(database, ScriptedExtractor(from_all))
    assert (stored.topics, stored.atoms) == (0, 1)
    assert await rows(database, "SELECT topic_proposal_id FROM proposals WHERE kind = 'atom'") == [(None,)]


async def test_links_are_stored_with_the_ids_of_the_proposals(database):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)
    linked = atom("Solution", links=[LinkDraft(0, LinkType.SOLVES, 0.5)])
    await store(database, run, Extraction(atoms=[atom("Problem"), linked]))
    problem = await scalar(database, "SELECT id FROM proposals WHERE title = 'Problem'")
    assert await scalar(database, "SELECT proposed_links FROM proposals WHERE title = 'Solution'") == [
        {"to": str(problem), "link_type": "solves", "strength": 0.5}
    ]


async def test_a_run_that_finds_nothing_completes_and_its_messages_are_read(database):
    await say(database, "Hello there.")
    await store(database, await claimed(database), Extraction(tokens_used=-5, cost=float("nan")))
    assert await rows(database, "SELECT status, llm_tokens_used, cost_estimate FROM extraction_runs") == [
        ("completed", 0, 0)
    ]
    assert await claim(database) is None


@pytest.mark.parametrize("kind", BOTH_KINDS)
async def test_a_hostile_draft_is_stored_harmless_and_the_run_completes(database, kind):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)
    quotes = [Quote(run.messages[0].id, "a\0b\ud800" * 9_999), Quote(uuid4(), "nobody")]
    title = "T\0itle\ud800 " * 99
    found = {
        Kind.TOPIC: Extraction(topics=[topic(title, *quotes, confidence=float("nan"), icon="no", keywords=["\0"])]),
        Kind.ATOM: Extraction(atoms=[atom(title, *quotes, confidence=9.0, meta={"\0": "\ud800"}, topic="\0")]),
    }
    stored = await store(database, run, found[kind])
    assert stored.topics + stored.atoms == 1
    assert await scalar(database, "SELECT confidence FROM proposals") <= 0.5


async def test_a_run_that_died_is_resumed_and_nothing_is_lost_or_read_twice(database):
    await say(database, "First.", "Second.")
    died = await claimed(database)
    await say(database, "Third.")
    resumed = await claimed(database)
    assert (resumed.run_id, resumed.messages, resumed.resumed) == (died.run_id, died.messages, True)
    await store(database, resumed, from_all(resumed.messages, []))
    assert [message.text for message in (await claimed(database)).messages] == ["Third."]
    assert await rows(database, RUNS) == [("completed",), ("running",)]
    assert [action for (action,) in await rows(database, TRAIL)][:3] == [
        "extraction.started",
        "extraction.resumed",
        "extraction.completed",
    ]


async def test_what_kills_the_process_again_and_again_is_read_in_smaller_windows(database):
    await say(database, *(f"Message {number}." for number in range(16)))
    for _ in range(4):
        assert [len(window.messages) for window in (await claimed(database, extractor=SIXTEEN)).windows] == [16]
    smaller = await claimed(database, extractor=SIXTEEN)
    assert [len(window.messages) for window in smaller.windows] == [2] * 8
    assert not smaller.resumed
    assert "died 4 times" in await scalar(database, "SELECT error FROM extraction_runs WHERE status = 'failed'")


async def test_a_run_cannot_be_stored_twice(database):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)
    await store(database, run, from_all(run.messages, []))
    with pytest.raises(Conflict, match=f"Extraction run {run.run_id} is completed: too late to store what it found."):
        await store(database, run, from_all(run.messages, []))
    assert await scalar(database, "SELECT count(*) FROM proposals") == 2


async def test_what_a_cancelled_run_finds_is_refused_and_its_messages_are_unread_again(database):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)
    await cancel(database, run.run_id)
    with pytest.raises(Conflict, match="is cancelled: too late to store"):
        await store(database, run, from_all(run.messages, []))
    assert await fail(database, run, ValueError("late")) is False
    assert await rows(database, RUNS) == [("cancelled",)]
    assert await scalar(database, "SELECT count(*) FROM proposals") == 0
    assert (await claimed(database)).messages == run.messages


async def test_only_a_run_that_has_not_ended_can_be_cancelled(database):
    await say(database, "Hello there.")
    run = await claimed(database)
    await store(database, run, Extraction())
    with pytest.raises(Conflict, match="is completed: too late to cancel it"):
        await cancel(database, run.run_id)
    with pytest.raises(NotFound, match="There is no extraction run"):
        await cancel(database, uuid4())


async def test_after_a_failure_the_messages_are_unread_and_the_error_is_on_record(database):
    await say(database, "Hello there.")
    run = await claimed(database)
    assert await fail(database, run, ValueError("No\0 sense in it; password: hunter2!"))
    assert await rows(database, "SELECT status, error FROM extraction_runs") == [
        ("failed", "No sense in it; password: [masked]")
    ]
    assert await rows(database, "SELECT data ->> 'error', detail FROM audit_log ORDER BY id DESC LIMIT 1") == [
        ("No sense in it; password: [masked]", {"dropped": {}})
    ]
    assert (await claimed(database)).messages == run.messages


async def test_a_model_that_does_not_answer_is_not_the_messages_fault(database):
    await say(database, *(f"Message {number}." for number in range(16)))
    for _ in range(9):
        await fail(database, await claimed(database, 16), Unavailable("No answer."), blame=False)
    assert len((await claimed(database, 16)).messages) == 16


async def test_one_message_that_cannot_be_read_holds_up_no_other_and_is_not_tried_for_ever(database):
    await say(database, *("poison" if number == 37 else f"{spelt(number)} is up." for number in range(100)))
    extractor = ScriptedExtractor(limits=replace(WHOLE_CHAT, messages=64))
    read: list[str] = []
    failures = 0
    while run := await claim(database, extractor=extractor):
        for window in run.windows:
            texts = [message.text for message in window.messages]
            async with database.transaction() as session:
                if "poison" in texts:
                    failures += 1
                    await runs.give_back(session, run.run_id, window)
                else:
                    read += texts
                    await runs.store(session, run.run_id, window, Extraction(), actor=SYSTEM)
        async with database.transaction() as session:
            await runs.conclude(session, run.run_id, None, actor=SYSTEM)
    assert (len(set(read)), len(read), failures) == (99, 99, 5)
    assert await rows(database, "SELECT text, failed_reads, read_at FROM messages WHERE read_at IS NULL") == [
        ("poison", 5, None)
    ]
    last = "SELECT detail #>> '{dropped,set_aside}' FROM audit_log WHERE action = 'extraction.completed' ORDER BY id"
    assert await rows(database, last) == [(None,), (None,), (None,), (None,), ("1",)]


async def test_a_window_is_bounded_by_characters_but_never_empty(database, monkeypatch):
    monkeypatch.setattr(runs, "MAX_CHARACTERS", 25)
    await say(database, "x" * 30, "y" * 10, "z" * 10, "more than fits")
    sizes = []
    while run := await claim(database):
        sizes.append([len(message.text) for message in run.messages])
        await store(database, run, Extraction())
    assert sizes == [[30], [10, 10], [14]]


async def test_a_failed_store_leaves_nothing_behind(database):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)

    async def store_and_die() -> None:
        async with database.transaction() as session:
            await runs.store(session, run.run_id, run.windows[0], from_all(run.messages, []), actor=SYSTEM)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await store_and_die()
    assert await rows(database, RUNS) == [("running",)]
    assert await scalar(database, "SELECT count(*) FROM proposals") == 0
    assert (await claimed(database)).messages == run.messages


async def test_old_runs_without_proposals_are_deleted_and_their_messages_stay_read(database):
    await say(database, "Hello there.")
    await store(database, await claimed(database), Extraction())
    assert await delete_orphans(database, days_old=7) == 0
    assert await delete_orphans(database) == 1
    assert await rows(database, RUNS) == []
    assert await claim(database) is None
    assert await rows(
        database,
        "SELECT entity_type, detail ->> 'messages_analyzed' FROM audit_log WHERE action = 'extraction.deleted'",
    ) == [("extraction_run", "1")]


@pytest.mark.parametrize("kind", BOTH_KINDS)
async def test_a_run_with_a_proposal_is_never_deleted(database, kind):
    await say(database, "We use Postgres 16.")
    run = await claimed(database)
    found = {Kind.TOPIC: Extraction(topics=[topic()]), Kind.ATOM: Extraction(atoms=[atom()])}
    await store(database, run, found[kind])
    assert await delete_orphans(database) == 0
    assert await scalar(database, "SELECT count(*) FROM proposals") == 1


@pytest.mark.parametrize("ending", ["running", "failed", "cancelled"])
async def test_only_runs_in_a_final_state_are_deleted(database, ending):
    await say(database, "Hello there.")
    run = await claimed(database)
    if ending == "failed":
        await fail(database, run, ValueError("No."))
    elif ending == "cancelled":
        await cancel(database, run.run_id)
    assert await delete_orphans(database) == (ending != "running")
    assert (await claimed(database)).messages == run.messages


async def test_the_number_of_statements_does_not_depend_on_the_number_of_messages(database):
    few, many = [await _cost(database, number) for number in (10, 100)]
    assert few == many < 30


async def _cost(database, number: int) -> int:
    await say(database, *(f"{spelt(n)} is a statement." for n in range(number)))
    with counted_statements(database) as statements:
        run = await claimed(database)
        await store(database, run, from_all(run.messages, []))
        assert await delete_orphans(database) == 0
    return len(statements)


async def test_what_is_unlikely_is_kept_out_of_the_queue_and_can_be_called_back(database):
    await say(database, "The ledger closes at noon.")
    found = await claimed(database)
    quoted = [Quote(found.messages[0].id, "The ledger closes at noon")]
    await store(database, found, Extraction(unlikely=[atom("The ledger closes at noon", *quoted)]))
    assert await rows(database, "SELECT status, review_action FROM proposals") == [("rejected", "unlikely")]
    kept = await scalar(database, "SELECT id FROM proposals")
    async with database.transaction() as session:
        await proposals.reopen(session, [kept], actor=SYSTEM)
    assert await scalar(database, "SELECT status FROM proposals") == "pending"
