"""The metrics document, from tallies that always equal a recount."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import BOTH_KINDS, draft, propose, rows, scalar

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.models import ProposalStatus
from assay.kinds import Kind
from assay.proposals import actions, expiry, metrics
from assay.proposals.reversals import TakenBack

kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

RECOUNT = """
    SELECT kind, status, coalesce(review_action, ''), auto_approved, auto_reverted, similarity_score IS NOT NULL,
        count(*), sum(round(confidence * 1000000))::bigint
    FROM proposals GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"""
TALLIES = """
    SELECT kind, status, review_action, auto_approved, auto_reverted, flagged,
        sum(proposals)::bigint, sum(confidence_millionths)::bigint
    FROM proposal_tallies GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(proposals) <> 0 ORDER BY 1, 2, 3, 4, 5, 6"""


async def document(database):
    async with database.transaction() as session:
        return await metrics.document(session, waits={})


@pytest.mark.anyio
async def test_an_empty_system_has_zeros_and_no_nulls(database):
    found = await document(database)
    assert set(found) == {"topic_proposals", "atom_proposals", "updated_at"}
    assert set(found["atom_proposals"].values()) == {0}


@kinds
@pytest.mark.anyio
async def test_rates_count_what_people_and_the_machine_decided_and_not_expiry(database, ana, kind):
    ids = await propose(database, [draft(kind, confidence=0.8) for _ in range(6)])
    async with database.transaction() as session:
        await actions.approve(session, ids[:2], actor=SYSTEM)
        await actions.approve(session, ids[2:3], actor=ana)
        await actions.reject(session, ids[3:4], actor=ana)
        await expiry.expire(session, ids[4:5], actor=SYSTEM, days=30)
        await actions.revert(session, ids[:1], actor=ana)
    part = (await document(database))[f"{kind}_proposals"]
    assert {name: part[name] for name in ("pending", "approved", "rejected", "merged", "expired")} == {
        "pending": 2,
        "approved": 2,
        "rejected": 1,
        "merged": 0,
        "expired": 1,
    }
    assert part["approval_rate"] == pytest.approx(2 / 3)
    assert part["avg_confidence"] == pytest.approx(0.8)
    assert part["auto_approved"] == 2
    assert part["auto_approval_rate"] == pytest.approx(2 / 6)
    assert part["auto_approval_success_rate"] == pytest.approx(1 / 2)


@kinds
@pytest.mark.anyio
async def test_ages_are_those_of_the_oldest_that_waits(database, kind):
    old, new = await propose(database, [draft(kind, confidence=0.5), draft(kind, confidence=0.99)])
    change = "UPDATE proposals SET created_at = :at WHERE id = :id RETURNING id"
    await rows(database, change, at=now() - timedelta(hours=5), id=old)
    await rows(database, change, at=now() - timedelta(hours=2), id=new)
    part = (await document(database))[f"{kind}_proposals"]
    assert part["oldest_pending_seconds"] == pytest.approx(5 * 3600, abs=60)


@kinds
@pytest.mark.anyio
async def test_the_time_to_auto_approval_is_that_of_what_the_system_approved_in_the_last_day(database, ana, kind):
    ids = await propose(database, [draft(kind) for _ in range(5)])
    change = "UPDATE proposals SET created_at = now() - :hours * interval '1 hour' WHERE id = :id RETURNING id"
    for hours, each in zip((2, 4, 50, 60, 70), ids, strict=True):
        await rows(database, change, id=each, hours=hours)
    async with database.transaction() as session:
        await actions.approve(session, ids[:3], actor=SYSTEM)
        await actions.approve(session, ids[3:4], actor=ana)
    await rows(
        database, "UPDATE proposals SET reviewed_at = now() - interval '2 days' WHERE id = :id RETURNING id", id=ids[2]
    )
    part = (await document(database))[f"{kind}_proposals"]
    assert part["time_to_auto_approval_seconds"] == pytest.approx(3 * 3600, abs=60)


@pytest.mark.anyio
async def test_tallies_equal_a_recount_after_every_decision_and_after_folding(database):
    ids = await propose(database, [draft(kind) for kind in BOTH_KINDS for _ in range(4)])
    async with database.transaction() as session:
        await actions.approve(session, ids[::2], actor=SYSTEM)
        await actions.reject(session, ids[1::4], actor=SYSTEM)
    assert await rows(database, TALLIES) == await rows(database, RECOUNT)
    async with database.transaction() as session:
        assert not await metrics.refold(session)
    assert await rows(database, TALLIES) == await rows(database, RECOUNT)
    assert await scalar(database, "SELECT count(*) FROM proposal_tallies") <= 6


@pytest.mark.anyio
async def test_a_tally_that_went_wrong_is_noticed_and_repaired(database):
    await propose(database, [draft()])
    await rows(database, "UPDATE proposal_tallies SET proposals = 7 RETURNING id")
    async with database.transaction() as session:
        assert await metrics.refold(session)
    assert await rows(database, TALLIES) == await rows(database, RECOUNT)


tallies = st.lists(
    st.builds(
        metrics.Tally,
        st.just(Kind.ATOM),
        st.sampled_from(ProposalStatus),
        st.sampled_from(["", "expired", "approve", "reject", "merge", "reverted"]),
        auto_approved=st.booleans(),
        auto_reverted=st.booleans(),
        flagged=st.booleans(),
        proposals=st.integers(0, 10**6),
        confidence=st.floats(0, 10**6),
    )
)


@given(tallies)
def test_every_figure_is_a_number(found):
    part = metrics.part(found, None, metrics.Waits(), 0.0, TakenBack(), now())
    assert all(isinstance(each, int | float) and each == each for each in part.values())
