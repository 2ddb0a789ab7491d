"""The policy applied, under the lock of the decisions."""

import asyncio
from collections import Counter
from functools import partial
from uuid import UUID

import pytest
from tests.builders import BOTH_KINDS, draft, get, give_atoms, rows, scalar, with_evidence
from tests.duplicates.helpers import arrive, known, scanned, told_apart
from tests.query_plans import executed

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.db.models import ActorKind, DedupState, ProposalStatus
from assay.duplicates import scan
from assay.duplicates.scale import version
from assay.extraction.confidence import weighed
from assay.kinds import Kind, Proposer
from assay.policies import actions as policies
from assay.proposals import actions, expiry
from assay.proposals.edit import edit
from assay.review import queries
from assay.review.actions import Review, review
from assay.review.policy import Hold, Policy
from assay.review.simulation import Simulation, simulate
from assay.settings import Settings

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

POLICY = Policy(enabled=True, threshold=0.95)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


async def cleared(database, embedder, *drafts):
    ids = await arrive(database, embedder, *await with_evidence(database, *drafts))
    await scanned(database, embedder, *ids)
    await give_atoms(database, *ids)
    return ids


async def reviewed(database, embedder, ids) -> Review:
    async with database.transaction() as session:
        return await review(session, ids, settings=Settings.model_validate({}), model=embedder.model)


@kinds
async def test_what_is_proven_is_approved_and_the_rest_says_why_it_waits(database, embedder, kind):
    sure, unsure = await cleared(database, embedder, draft(kind), draft(kind, confidence=0.9))
    found = await reviewed(database, embedder, [sure, unsure])
    assert found == Review([sure], {unsure: Hold.BELOW_THRESHOLD})
    assert (await get(database, sure)).auto_approved


async def test_the_trail_of_an_approval_names_the_words_it_was_held_against_and_who_consented(database, embedder):
    [each] = await cleared(database, embedder, draft(title="Statement about invoices"))
    assert (await reviewed(database, embedder, [each])).approved == [each]
    detail = "SELECT detail FROM audit_log WHERE action = 'proposal.auto_approved' AND subject_id = :id"
    grounds = (await scalar(database, detail, id=each))["grounds"]
    assert "consent of" in grounds["because"]
    assert any("Statement about invoices" in words for words in grounds["compared"])


@kinds
async def test_a_twin_approved_after_the_scan_is_seen(database, embedder, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    first, second = await cleared(database, embedder, *twins)
    await rows(database, "UPDATE proposals SET dedup_state = 'clear' RETURNING id")
    async with database.transaction() as session:
        await actions.approve(session, [first], actor=SYSTEM)
    assert await reviewed(database, embedder, [second]) == Review([], {second: Hold.DUPLICATE})
    assert (await get(database, second)).dedup_state is DedupState.DUPLICATE


@kinds
async def test_of_two_twins_reviewed_at_once_one_is_approved(database, embedder, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    ids = await cleared(database, embedder, *twins)
    await rows(database, "UPDATE proposals SET dedup_state = 'clear' RETURNING id")
    found = await asyncio.gather(*(reviewed(database, embedder, [each]) for each in ids))
    assert sum(len(each.approved) for each in found) == 1
    assert await scalar(database, "SELECT count(*) FROM entities WHERE NOT archived") == 1


@kinds
async def test_what_a_person_took_back_is_not_approved_again_until_somebody_edits_it(database, embedder, ana, kind):
    [each] = await cleared(database, embedder, draft(kind))
    assert (await reviewed(database, embedder, [each])).approved == [each]
    async with database.transaction() as session:
        await actions.revert(session, [each], actor=ana)
    await scanned(database, embedder, each)
    assert await reviewed(database, embedder, [each]) == Review([], {each: Hold.TAKEN_BACK})
    await rows(database, "UPDATE proposals SET review_action = 'edit' RETURNING id")
    assert (await reviewed(database, embedder, [each])).approved == [each]


async def test_what_is_decided_is_neither_approved_nor_held(database, embedder, ana):
    [each] = await cleared(database, embedder, draft())
    async with database.transaction() as session:
        await actions.reject(session, [each], actor=ana)
    assert await reviewed(database, embedder, [each]) == Review([], {})
    assert (await get(database, each)).status is ProposalStatus.REJECTED


async def test_what_was_switched_off_is_not_approved_any_more_and_the_trail_names_the_version(database, embedder):
    first, second = await cleared(database, embedder, draft(), draft())
    await amend(database, {"auto_approval_enabled": False})
    assert await reviewed(database, embedder, [first]) == Review()
    await amend(database, {"auto_approval_enabled": None, "auto_approval_threshold": 0.9})
    assert (await reviewed(database, embedder, [second])).approved == [second]
    detail = "SELECT detail->'policy' FROM audit_log WHERE action = 'proposal.auto_approved'"
    assert await scalar(database, detail) == {"version": 2, "threshold": 0.9}


async def test_a_change_of_the_policy_waits_for_the_decision_that_is_being_made(database, embedder):
    [each] = await cleared(database, embedder, draft())
    async with database.transaction() as session:
        found = await review(session, [each], settings=Settings.model_validate({}), model=embedder.model)
        change = asyncio.create_task(amend(database, {"auto_approval_enabled": False}))
        await asyncio.wait([change], timeout=0.2)
        assert (found.approved, change.done()) == ([each], False)
    await change


async def amend(database, changes) -> None:
    async with database.transaction() as session:
        await policies.amend(session, changes, actor=SYSTEM)


async def test_nothing_is_approved_while_knowledge_cannot_be_compared_with(database, embedder):
    known, each = await cleared(database, embedder, draft(), draft())
    async with database.transaction() as session:
        await actions.approve(session, [known], actor=SYSTEM)
    await rows(database, "DELETE FROM embeddings WHERE subject_id = :id RETURNING seq", id=known)
    assert await reviewed(database, embedder, [each]) == Review([], {each: Hold.DUPLICATE})


@kinds
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_pages_show_each_proposal_once_the_oldest_first(database, embedder, kind, size):
    ids = await cleared(database, embedder, *(draft(kind) for _ in range(7)))
    await cleared(database, embedder, draft(kind, confidence=0.1), draft(_other(kind)))
    seen: list[UUID] = []
    after = None
    async with database.transaction() as session:
        while True:
            found, after = await queries.page(
                session, kind, least=0.95, scorer=version(embedder.model), after=after, limit=size
            )
            seen += found
            if after is None:
                break
        assert await queries.count_sure(session, 0.95) == 8
    assert seen == ids


def _other(kind: Kind) -> Kind:
    return next(each for each in Kind if each is not kind)


async def test_the_reasons_to_wait_are_counted_over_both_kinds(database, embedder):
    await cleared(
        database, embedder, draft(Kind.TOPIC, "Ledger service", confidence=0.5), draft(confidence=0.6), draft()
    )
    await cleared(database, embedder, draft(topic_name="Ledger service"))
    async with database.transaction() as session:
        held = Counter((await queries.first_reasons(session, POLICY, scorer=version(embedder.model))).values())
    assert held == {Hold.BELOW_THRESHOLD: 2, Hold.TOPIC_PENDING: 1}


SIDES = [f"Pennyfold retries failed payment webhooks of every customer for {hours} hours" for hours in (24, 72)]


async def contradicting(database, embedder):
    """Of one thing two proposals, the older of which was clear before the newer came."""
    [older] = await cleared(database, embedder, draft(title=SIDES[0], body=""))
    [newer] = await cleared(database, embedder, draft(title=SIDES[1], body=""))
    return older, newer


async def test_of_two_that_contradict_each_other_neither_is_approved(database, embedder):
    older, newer = await contradicting(database, embedder)
    assert (await get(database, older)).dedup_state is DedupState.CLEAR
    found = await reviewed(database, embedder, [older, newer])
    assert found == Review([], {older: Hold.CONTRADICTED, newer: Hold.CONTRADICTED})


@pytest.mark.parametrize("end", [actions.reject, actions.withdraw, partial(expiry.expire, days=30)])
async def test_the_older_may_be_approved_when_what_contradicts_it_is_gone(database, embedder, end):
    older, newer = await contradicting(database, embedder)
    async with database.transaction() as session:
        assert [each.done for each in await end(session, [newer], actor=SYSTEM)] == [True]
    assert await reviewed(database, embedder, [older]) == Review([older], {})


async def test_two_that_a_person_told_apart_do_not_contradict_each_other(database, embedder, ana):
    older, newer = await contradicting(database, embedder)
    await told_apart(database, embedder, {newer: older}, ana)
    assert await reviewed(database, embedder, [older, newer]) == Review([older, newer], {})


async def test_what_contradicts_knowledge_waits_for_a_person(database, embedder):
    await known(database, embedder, draft(title=SIDES[0], body=""))
    [newer] = await cleared(database, embedder, draft(title=SIDES[1], body=""))
    assert await reviewed(database, embedder, [newer]) == Review([], {newer: Hold.CONTRADICTED})


async def test_a_contradiction_holds_the_oldest_though_it_is_more_like_another(database, embedder):
    older, newer = await contradicting(database, embedder)
    [other] = await known(database, embedder, draft(title="The nearest"))
    nearest = {"similar_proposal_id": None, "similar_entity_id": other, "similarity_type": "fuzzy"}
    sets = ", ".join(f"{name} = :{name}" for name in nearest)
    await rows(database, f"UPDATE proposals SET {sets} WHERE id = :id RETURNING id", id=newer, **nearest)
    found = await reviewed(database, embedder, [older, newer])
    assert found == Review([], {older: Hold.CONTRADICTED, newer: Hold.DUPLICATE})


async def test_a_contradiction_that_only_the_last_look_finds_holds_both(database, embedder):
    older, newer = await contradicting(database, embedder)
    await rows(database, "UPDATE proposals SET dedup_state = 'clear', candidates = '[]' RETURNING id")
    assert (await reviewed(database, embedder, [older, newer])).approved == []


async def test_what_an_edited_proposal_said_before_contradicts_nothing(database, embedder):
    older, newer = await contradicting(database, embedder)
    async with database.transaction() as session:
        changes = {older: {"title": "Invoices are printed on Mondays"}}
        assert [each.done for each in await edit(session, changes, weigh=weighed, actor=SYSTEM)] == [True]
    await scan.embed_missing(database, embedder, 10)
    await scanned(database, embedder, older, newer)
    found = await reviewed(database, embedder, [newer, older])
    assert found == Review([newer], {older: Hold.UNSUPPORTED})


async def test_a_trial_of_a_policy_knows_what_contradicts_what(database, embedder):
    await contradicting(database, embedder)
    async with database.transaction() as session:
        found = [each async for each in queries.everything(session, scorer=version(embedder.model), thresholds=[0.95])]
        counted = Counter((await queries.first_reasons(session, POLICY, scorer=version(embedder.model))).values())
    assert {POLICY.hold(each.facts) for each in found} == {Hold.CONTRADICTED}
    assert counted == {Hold.CONTRADICTED: 2}


WRONG = """
    UPDATE pg_class SET reltuples = 0, relpages = greatest(relpages, 1) WHERE relname IN ('{names}');
    DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relname IN ('{names}'))"""
TABLES = ("proposals", "evidence", "messages", "sources", "users", "extraction_runs")


async def test_what_a_page_costs_does_not_depend_on_right_statistics(database, embedder):
    ids = await arrive(database, embedder, *await with_evidence(database, *(draft() for _ in range(300))))
    for statement in WRONG.format(names="', '".join(TABLES)).split(";"):
        await rows(database, f"WITH done AS (SELECT 1) {statement} RETURNING 1")
    async with database.transaction() as session, executed(session) as statements:
        found, _ = await queries.page(session, Kind.ATOM, least=0, scorer="", after=None, limit=300)
        assert set(await queries.facts(session, ids, scorer="")) == set(found) == set(ids)
        assert [each async for each in queries.everything(session, scorer="", thresholds=[0.95])]
    assert max(each.rows for each in statements) < 30 * len(ids), max(statements, key=lambda each: each.rows)


async def test_a_topic_that_is_called_like_somebody_in_the_chat_waits(database, embedder):
    await with_evidence(database, draft(title="hello"))
    await rows(database, "UPDATE messages SET author = 'Ana Gomez' RETURNING id")
    ids = await cleared(database, embedder, *(draft(Kind.TOPIC, each) for each in ("ANA", "Ana Gomez", "Anagram Inc")))
    found = await reviewed(database, embedder, ids)
    assert found.held == dict.fromkeys(ids[:2], Hold.NO_NAME)
    async with database.transaction() as session:
        counted = [each async for each in queries.everything(session, scorer=version(embedder.model), thresholds=[])]
    topics = [each.facts for each in counted if each.facts.kind is Kind.TOPIC]
    assert sorted(POLICY.hold(each) or "" for each in topics) == ["", Hold.NO_NAME, Hold.NO_NAME]


async def topic_with(database, embedder, *atoms, **changes):
    """A topic and its atoms, scanned."""
    topic = draft(Kind.TOPIC, "Reactor cooling", **changes)
    ids = await arrive(database, embedder, *await with_evidence(database, topic, *atoms))
    await scanned(database, embedder, *ids)
    return ids


async def simulated(database, embedder) -> Simulation:
    async with database.transaction() as session:
        (found,), _ = await simulate(session, [POLICY], scorer=version(embedder.model))
        return found


def of_topic(title: str, **changes):
    return draft(title=title, topic_name="Reactor cooling", **changes)


async def test_a_topic_is_approved_with_the_first_of_its_atoms_that_is(database, embedder):
    weak = of_topic("The pump is blue", confidence=0.9)
    topic, sure, unsure = await topic_with(database, embedder, of_topic("Water runs at night"), weak)
    paper = await simulated(database, embedder)
    assert await reviewed(database, embedder, [sure, unsure]) == Review(
        [sure], {unsure: Hold.BELOW_THRESHOLD}, topics=(topic,)
    )
    assert (paper.would_approve, paper.held) == (2, {Hold.BELOW_THRESHOLD: 1})
    assert await scalar(database, "SELECT count(*) FROM topic_atoms WHERE topic_id = :id", id=topic) == 1


@pytest.mark.parametrize("title", [None, "The pump is blue"])
async def test_a_topic_none_of_whose_atoms_can_be_approved_waits(database, embedder, title):
    atoms = [of_topic(title, confidence=0.9)] if title else []
    topic, *rest = await topic_with(database, embedder, *atoms)
    paper = await simulated(database, embedder)
    assert (await reviewed(database, embedder, [topic, *rest])).held[topic] is Hold.NO_ATOMS
    assert paper.would_approve == 0
    assert paper.held[Hold.NO_ATOMS] == 1


async def test_an_atom_that_nobody_decided_lets_no_topic_go(database, embedder):
    topic, atom = await topic_with(database, embedder, of_topic("Water runs at night"))
    await rows(database, "UPDATE messages SET text = 'never mind' WHERE text IN ('agreed', '+1') RETURNING id")
    assert not (await reviewed(database, embedder, [topic, atom])).approved
    assert (await simulated(database, embedder)).would_approve == 0


async def test_neither_is_approved_where_something_stands_against_the_topic(database, embedder):
    topic, atom = await topic_with(database, embedder, of_topic("Water runs at night"), confidence=0.9)
    paper = await simulated(database, embedder)
    found = await reviewed(database, embedder, [atom, topic])
    assert found.held == {atom: Hold.TOPIC_PENDING, topic: Hold.BELOW_THRESHOLD}
    assert paper.held == {Hold.TOPIC_PENDING: 1, Hold.BELOW_THRESHOLD: 1}


async def test_a_topic_whose_only_atom_turns_out_to_be_known_waits(database, embedder):
    topic, atom = await topic_with(database, embedder, of_topic("Water runs at night"))
    twin = draft(title="Water runs at night")
    await known(database, embedder, twin)
    found = await reviewed(database, embedder, [atom])
    assert found == Review([], {atom: Hold.DUPLICATE})
    assert (await get(database, topic)).status is ProposalStatus.PENDING


@pytest.mark.parametrize(("kind", "proposer"), [(ActorKind.USER, Proposer.PERSON), (ActorKind.AGENT, Proposer.AGENT)])
async def test_what_somebody_edited_is_their_claim_and_waits_for_a_person(database, embedder, ana, kind, proposer):
    [each] = await cleared(database, embedder, draft(title="Water runs at night", body="At night water runs"))
    await rows(database, "UPDATE users SET kind = :kind WHERE id = :id RETURNING id", kind=kind, id=ana.user_id)
    async with database.transaction() as session:
        await edit(session, {each: {"body": "Water runs at night"}}, weigh=weighed, actor=ana)
    await rows(database, "UPDATE proposals SET confidence = 0.97 RETURNING id")  # one quote is one voice
    await scan.embed_missing(database, embedder, 10)
    await scanned(database, embedder, each)
    async with database.transaction() as session:
        [on_paper] = [one async for one in queries.everything(session, scorer=version(embedder.model), thresholds=[])]
    assert on_paper.facts.proposer is proposer
    assert await reviewed(database, embedder, [each]) == Review([], {each: Hold.PROPOSER})
    await amend(database, {"rules": [{"proposers": [proposer], "may_approve": True}]})
    assert (await reviewed(database, embedder, [each])).approved == [each]


async def test_an_edit_that_changes_no_word_of_the_claim_leaves_it_whose_it_was(database, embedder, ana):
    [each] = await cleared(database, embedder, draft(title="Water runs at night"))
    async with database.transaction() as session:
        await edit(session, {each: {"title": "Water runs at night", "meta": {"a": 1}}}, weigh=weighed, actor=ana)
    await scan.embed_missing(database, embedder, 10)
    await scanned(database, embedder, each)
    assert (await reviewed(database, embedder, [each])).approved == [each]
