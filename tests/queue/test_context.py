"""One bad item costs that item only."""

import math
import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.builders import draft, get, propose, rows, scalar
from tests.jobs.helpers import ERRORS, POISON, arrived, change, cleared, counted_transactions, done, poison

from assay.clock import now
from assay.db.models import MAX_FAILURES, ProposalStatus
from assay.duplicates.scale import version
from assay.errors import Unavailable
from assay.proposals.failures import try_again
from assay.proposals.outcomes import Refusal
from assay.queue.context import JobContext
from assay.queue.retry import item_backoff
from assay.review import queries
from assay.review.policy import Hold

pytestmark = pytest.mark.anyio

MARK = text("UPDATE proposals SET reasoning = 'done' WHERE id = ANY(:ids)")


def working(deps) -> JobContext:
    return JobContext("probe", deps, 60)


def all_of_them(marked: int) -> int:
    return marked


def refusing(poisoned):
    """Marks items as done; a poisoned one breaks the whole transaction, as an error of the database does."""

    async def act(session, ids):
        await session.execute(MARK, {"ids": list(ids)})
        if poisoned & set(ids):
            await session.execute(text("SELECT 1 / 0"))
        return len(ids)

    return act


@pytest.mark.parametrize("seed", range(5))
async def test_all_but_the_poisoned_items_go_through(deps, seed):
    ids = await propose(deps.database, [draft() for _ in range(20)])
    poisoned = set(random.Random(seed).sample(ids, 4))
    context, before = working(deps), now()
    with counted_transactions(deps.database) as ended:
        results = await context.isolate(ids, refusing(poisoned), done=all_of_them)
    assert (sum(results), context.succeeded) == (16, 16)
    assert set(context.failed) == poisoned
    assert len(context.failed) == 4
    assert len(ended) <= 1 + 4 * 2 * math.ceil(math.log2(20)) + 4 * 2
    assert {each.id for each in await _all(deps, ids) if each.reasoning == "done"} == set(ids) - poisoned
    for each in await _all(deps, poisoned):
        assert (each.status, each.failures, each.last_error) == (ProposalStatus.PENDING, 1, "division by zero")
        assert each.retry_at > before
    told = await rows(deps.database, ERRORS)
    assert {each[:3] for each in told} == {("error", "probe", "division by zero")}
    assert [each[3] for each in told] == [{"proposal_id": str(each)} for each in context.failed]


async def _all(deps, ids):
    return [await get(deps.database, each) for each in ids]


async def test_without_a_bad_item_one_transaction_is_enough(deps):
    ids = await propose(deps.database, [draft() for _ in range(20)])
    with counted_transactions(deps.database) as ended:
        assert await working(deps).isolate(ids, refusing(set()), done=all_of_them) == [20]
        assert await working(deps).isolate([], refusing(set()), done=all_of_them) == []
    assert ended == ["commit"]


@pytest.mark.parametrize("error", [Unavailable("away"), OperationalError("", {}, ValueError("away")), OSError("away")])
async def test_the_failure_of_a_server_is_nobodys_fault_and_is_raised(deps, error):
    ids = await propose(deps.database, [draft() for _ in range(4)])
    context = working(deps)

    async def act(session, some):
        await session.execute(MARK, {"ids": list(some)})
        raise error

    with pytest.raises(type(error)):
        await context.isolate(ids, act, done=all_of_them)
    assert context.failed == []
    assert await scalar(deps.database, "SELECT count(*) FROM proposals WHERE failures > 0 OR reasoning = 'done'") == 0


async def test_an_item_decided_meanwhile_is_not_marked_as_failed(deps):
    [each] = await propose(deps.database, [draft()])
    await change(deps.database, "status = 'rejected', reviewed_at = now()", each)
    await working(deps).isolate([each], refusing({each}), done=all_of_them)
    assert (await get(deps.database, each)).failures == 0


async def test_a_proposal_that_fails_again_and_again_rests_longer_and_then_waits_for_a_person(deps):
    await poison(deps.database, "BEFORE INSERT", "entities")
    [bad] = await cleared(deps, draft(title=POISON))
    for attempt in range(1, MAX_FAILURES + 1):
        [good] = await cleared(deps, draft())
        before = now()
        statistics = await done("auto_review_proposals", deps)
        assert (statistics["atoms_approved"], statistics["errors"]) == (1, 1)
        assert (await get(deps.database, good)).status is ProposalStatus.APPROVED
        proposal = await get(deps.database, bad)
        assert (proposal.status, proposal.failures) == (ProposalStatus.PENDING, attempt)
        assert proposal.retry_at
        assert proposal.retry_at >= before + item_backoff(attempt)
        assert await _hold(deps, bad) is (Hold.NEEDS_ATTENTION if attempt == MAX_FAILURES else Hold.RETRIED_LATER)
        await change(deps.database, "retry_at = now() - interval '1 second'", bad)
    statistics = await done("auto_review_proposals", deps)
    assert statistics == dict.fromkeys(statistics, 0) | {"atoms_skipped": 1}


async def _hold(deps, proposal_id):
    async with deps.database.transaction() as session:
        found = await queries.facts(session, [proposal_id], scorer=version(deps.embedder.model))
        policy = await queries.policy(session, deps.settings)
    return policy.hold(found[proposal_id])


@pytest.mark.parametrize("failures", [1, MAX_FAILURES])
async def test_what_rests_or_was_given_up_is_tried_again_when_a_person_says_so(deps, ana, failures):
    good, bad = await cleared(deps, draft(confidence=0.5), draft())
    await change(deps.database, f"failures = {failures}, retry_at = now() + '1 day', last_error = 'Once.'", bad)
    assert (await done("auto_review_proposals", deps))["atoms_approved"] == 0
    async with deps.database.transaction() as session:
        outcomes = await try_again(session, [good, bad], actor=ana, notes="The disk was full.")
    assert [each.message for each in outcomes] == ["The machine has not failed on it.", "It is tried again."]
    proposal = await get(deps.database, bad)
    assert (proposal.failures, proposal.retry_at, proposal.last_error) == (0, None, None)
    entry = "SELECT subject_id, actor_user_id, detail FROM audit_log WHERE action = 'proposal.failures_reset'"
    detail = {"notes": "The disk was full.", "failures": failures}
    assert await rows(deps.database, entry) == [(bad, ana.user_id, detail)]
    assert (await done("auto_review_proposals", deps))["atoms_approved"] == 1
    async with deps.database.transaction() as session:
        [again] = await try_again(session, [bad], actor=ana)
    assert again.refusal is Refusal.CONFLICT


async def test_what_backs_off_is_left_alone_until_its_time_has_come(deps):
    [each] = await arrived(deps.database, draft())
    await change(deps.database, "failures = 1, retry_at = now() + interval '1 hour'", each)
    assert (await done("deduplication_scan", deps))["proposals_scanned"] == 0
    await change(deps.database, "retry_at = now() - interval '1 second'", each)
    assert (await done("deduplication_scan", deps))["proposals_scanned"] == 1


def test_the_rest_grows_by_five():
    assert [item_backoff(failures).total_seconds() / 60 for failures in (0, 1, 2, 3, 4)] == [1, 1, 5, 25, 125]
