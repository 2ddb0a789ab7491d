"""What nobody decided in time is put away, and can be taken up again."""

from datetime import datetime, timedelta

import pytest
from tests.builders import BOTH_KINDS, draft, get, propose, rows, scalar
from tests.jobs.helpers import ERRORS, POISON, change, done, failed, poison, tuned

from assay.clock import now
from assay.db.models import SYSTEM_USER_ID, ProposalStatus, ReviewAction
from assay.jobs import expire_stale_proposals
from assay.kinds import TRAITS, Kind
from assay.proposals import actions, expiry

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

NAME = "expire_stale_proposals"
SUMMARIES = "SELECT data FROM audit_log WHERE action = 'proposals.expired' AND channel = 'knowledge_proposals'"


def counts(topics: int = 0, atoms: int = 0) -> dict[str, int]:
    return {"topics_expired": topics, "atoms_expired": atoms, "total_expired": topics + atoms}


async def aged(database, days: float, *drafts):
    ids = await propose(database, drafts)
    await change(database, f"refreshed_at = now() - interval '{days} days'", *ids)
    return ids


@kinds
async def test_what_waited_longer_than_allowed_is_rejected_with_the_agreed_note(deps, kind):
    [old] = await aged(deps.database, 30.1, draft(kind))
    [young] = await aged(deps.database, 29.9, draft(kind))
    assert await done(NAME, deps) == counts(**{TRAITS[kind].plural: 1})
    proposal = await get(deps.database, old)
    assert (proposal.status, proposal.review_action) == (ProposalStatus.REJECTED, ReviewAction.EXPIRED)
    assert proposal.review_notes == "Auto-rejected: expired after 30 days"
    assert proposal.reviewed_by_user_id == SYSTEM_USER_ID
    assert (await get(deps.database, young)).status is ProposalStatus.PENDING
    assert await done(NAME, deps) == counts()


async def test_the_note_names_the_days_that_are_set(deps):
    [each] = await aged(deps.database, 8, draft())
    assert await done(NAME, tuned(deps, knowledge_proposal_expiration_days=7)) == counts(atoms=1)
    assert (await get(deps.database, each)).review_notes == "Auto-rejected: expired after 7 days"


async def test_both_kinds_are_counted_and_announced(deps):
    await aged(deps.database, 40, draft(Kind.TOPIC), draft(Kind.TOPIC), draft())
    assert await done(NAME, deps) == counts(topics=2, atoms=1)
    assert await rows(deps.database, SUMMARIES) == [(counts(topics=2, atoms=1),)]


async def test_nothing_is_announced_when_nothing_expired(deps):
    await propose(deps.database, [draft()])
    assert await done(NAME, deps) == counts()
    assert await rows(deps.database, SUMMARIES) == []


async def test_more_than_a_batch_expires_in_one_run(deps, monkeypatch):
    monkeypatch.setattr(expire_stale_proposals, "BATCH", 3)
    await aged(deps.database, 40, *(draft(Kind.TOPIC) for _ in range(5)), *(draft() for _ in range(4)))
    assert await done(NAME, deps) == counts(topics=5, atoms=4)
    assert len(await rows(deps.database, SUMMARIES)) == 3


@kinds
async def test_a_reopened_proposal_has_its_whole_time_again(deps, ana, kind):
    [each] = await aged(deps.database, 40, draft(kind))
    await done(NAME, deps)
    async with deps.database.transaction() as session:
        [outcome] = await actions.reopen(session, [each], actor=ana)
    assert outcome.done
    assert await done(NAME, deps) == counts()
    assert (await get(deps.database, each)).status is ProposalStatus.PENDING


async def test_nothing_is_deleted_and_nobody_is_said_to_have_rejected_it(deps):
    await aged(deps.database, 40, draft(), draft())
    await done(NAME, deps)
    assert await scalar(deps.database, "SELECT count(*) FROM proposals") == 2
    part = (await done("proposal_metrics_update", deps))["atom_proposals"]
    assert (part["expired"], part["rejected"], part["approval_rate"]) == (2, 0, 0)


@kinds
async def test_what_will_expire_soon_is_announced(deps, kind):
    await aged(deps.database, 28, draft(kind), draft(kind))
    await aged(deps.database, 26, draft(kind))
    await done(NAME, deps)
    [(data,)] = await rows(deps.database, "SELECT data FROM audit_log WHERE action = 'proposals.expiring'")
    assert data["count"] == 2
    assert abs(datetime.fromisoformat(data["until"]) - now() - timedelta(days=3)) < timedelta(minutes=1)


@pytest.mark.parametrize("size", [1, 2, 5000])
async def test_a_proposal_that_cannot_be_put_away_costs_itself_only(deps, monkeypatch, size):
    monkeypatch.setattr(expire_stale_proposals, "BATCH", size)
    await poison(deps.database, "BEFORE UPDATE OF status", "proposals")
    [bad, *_] = await aged(deps.database, 40, draft(title=POISON), draft(), draft(Kind.TOPIC))
    assert await done(NAME, deps) == counts(topics=1, atoms=1)
    assert (await get(deps.database, bad)).status is ProposalStatus.PENDING
    assert await rows(deps.database, ERRORS) == [("error", NAME, "It is poison.", {"proposal_id": str(bad)})]


async def test_when_none_can_be_put_away_the_run_has_failed(deps):
    await poison(deps.database, "BEFORE UPDATE OF status", "proposals")
    await aged(deps.database, 40, draft(title=POISON))
    await failed(NAME, deps)


async def test_what_somebody_decides_meanwhile_is_not_counted_as_expired(deps, ana, monkeypatch):
    first, second = await aged(deps.database, 40, draft(), draft())
    expire = expiry.expire

    async def expire_late(session, ids, **options):
        async with deps.database.transaction() as other:
            await actions.approve(other, [first], actor=ana)
        return await expire(session, ids, **options)

    monkeypatch.setattr(expiry, "expire", expire_late)
    assert await done(NAME, deps) == counts(atoms=1)
    assert (await get(deps.database, first)).status is ProposalStatus.APPROVED
    assert (await get(deps.database, second)).status is ProposalStatus.REJECTED
