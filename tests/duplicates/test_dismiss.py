"""What a person told apart stays apart."""

import pytest
from tests.builders import BOTH_KINDS, draft, get, propose, rows, scalar
from tests.duplicates.helpers import arrive, known, put_together, scanned, told_apart

from assay.db.models import DedupState
from assay.proposals import actions
from assay.proposals.outcomes import Refusal

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

TITLE = "Nightly backup of the ledger database"
BODY = "The ledger database is copied every night."
LIKE_TITLE, LIKE_BODY = f"{TITLE}!", f"{BODY} So it is."


async def state(database, proposal_id):
    return (await get(database, proposal_id)).dedup_state


@kinds
async def test_a_pair_told_apart_never_comes_back(database, embedder, ana, kind):
    [entity] = await known(database, embedder, draft(kind, TITLE, body=BODY))
    [each] = await arrive(database, embedder, draft(kind, LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, each)
    assert await state(database, each) is DedupState.DUPLICATE
    [outcome] = await told_apart(database, embedder, {each: None}, ana)
    assert outcome.done
    assert await state(database, each) is DedupState.CLEAR
    assert [near["dismissed"] for near in (await get(database, each)).candidates] == [True]
    await scanned(database, embedder, each)
    assert await state(database, each) is DedupState.CLEAR
    [again] = await arrive(database, embedder, draft(kind, TITLE.lower() + "?", body=LIKE_BODY))
    await scanned(database, embedder, again)
    assert await state(database, again) is DedupState.DUPLICATE, "other words are another pair"
    assert entity


async def test_nobody_tells_apart_what_they_proposed_themselves(database, embedder, ana):
    [entity] = await known(database, embedder, draft(title=TITLE, body=BODY))
    [own] = await propose(database, [draft(title=LIKE_TITLE, body=LIKE_BODY)], actor=ana)
    [outcome] = await told_apart(database, embedder, {own: entity}, ana)
    assert outcome.refusal is Refusal.FORBIDDEN
    assert await scalar(database, "SELECT count(*) FROM pair_verdicts") == 0


async def test_the_verdict_outlives_the_proposal(database, embedder, ana):
    await known(database, embedder, draft(title=TITLE, body=BODY))
    [first] = await arrive(database, embedder, draft(title=LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, first)
    await told_apart(database, embedder, {first: None}, ana)
    async with database.transaction() as session:
        await actions.reject(session, [first], actor=ana)
    [second] = await arrive(database, embedder, draft(title=LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, second)
    assert await state(database, second) is DedupState.CLEAR


async def test_a_changed_text_is_another_pair(database, embedder, ana):
    [entity] = await known(database, embedder, draft(title=TITLE, body=BODY))
    [each] = await arrive(database, embedder, draft(title=LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, each)
    await told_apart(database, embedder, {each: None}, ana)
    await rows(database, "UPDATE entities SET body = body || ' Again.' WHERE id = :id RETURNING 1", id=entity)
    await scanned(database, embedder, each)
    assert await state(database, each) is DedupState.DUPLICATE


async def test_telling_apart_from_one_leaves_the_others(database, embedder, ana):
    one, other = await known(
        database, embedder, draft(title=TITLE, body=BODY), draft(title=f"{TITLE}.", body=f"{BODY} Yes.")
    )
    [each] = await arrive(database, embedder, draft(title=LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, each)
    first = (await get(database, each)).similar_entity_id
    await told_apart(database, embedder, {each: first}, ana)
    assert (await get(database, each)).similar_entity_id == ({one, other} - {first}).pop()


async def test_what_was_told_apart_is_put_together_again_once(database, embedder, ana):
    [entity] = await known(database, embedder, draft(title=TITLE, body=BODY))
    [each] = await arrive(database, embedder, draft(title=LIKE_TITLE, body=LIKE_BODY))
    await scanned(database, embedder, each)
    await told_apart(database, embedder, {each: None}, ana)
    [back] = await put_together(database, embedder, each, entity, ana)
    assert (back.done, await state(database, each)) == (True, DedupState.DUPLICATE)
    [again] = await put_together(database, embedder, each, entity, ana)
    assert (again.done, again.message) == (False, f"Nobody said that it is not the same as {TITLE!r}.")


async def test_many_are_told_apart_at_once_and_each_gets_an_answer(database, embedder, ana):
    await known(database, embedder, draft(title=TITLE, body=BODY))
    ids = await arrive(database, embedder, *(draft(title=f"{TITLE}{'!' * n}", body=f"{BODY} {n}.") for n in (1, 2)))
    [fresh] = await propose(database, [draft()])
    await scanned(database, embedder, *ids)
    outcomes = await told_apart(database, embedder, {**dict.fromkeys(ids), fresh: None}, ana)
    assert [each.done for each in outcomes] == [True, True, False]
    assert await scalar(database, "SELECT count(*) FROM pair_verdicts") == 2
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'proposal.not_duplicate'") == 2


async def test_what_makes_no_sense_is_refused_with_a_sentence(database, embedder, ana):
    [topic] = await known(database, embedder, draft(BOTH_KINDS[0], TITLE, body=BODY))
    [twin] = await known(database, embedder, draft(title=TITLE, body=BODY))
    exact, decided = await arrive(database, embedder, draft(title=TITLE, body=BODY), draft())
    async with database.transaction() as session:
        await actions.reject(session, [decided], actor=ana)
    for asked, other, words in (
        (exact, twin, "word for word"),
        (exact, topic, "of kind atom, the other of kind topic"),
        (exact, exact, "from itself"),
        (exact, None, "not marked"),
        (exact, draft().id, "There is no proposal, topic or atom"),
        (decided, twin, "already rejected by ana at"),
        (draft().id, twin, "There is no proposal"),
    ):
        [outcome] = await told_apart(database, embedder, {asked: other}, ana)
        assert words in outcome.message
        assert not outcome.done
    assert await scalar(database, "SELECT count(*) FROM pair_verdicts") == 0


async def test_a_verdict_without_a_vector_waits_for_the_next_scan(database, embedder, ana):
    [entity] = await known(database, embedder, draft(title=TITLE, body=BODY))
    [each] = await propose(database, [draft(title=LIKE_TITLE, body=LIKE_BODY)])
    [outcome] = await told_apart(database, embedder, {each: entity}, ana)
    assert outcome.done
    assert await state(database, each) is DedupState.UNCHECKED
