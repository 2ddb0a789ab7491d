"""The machine decides what it can prove, and nothing else."""

import asyncio

import pytest
from sqlalchemy import text
from tests.builders import BOTH_KINDS, draft, get, rows, scalar
from tests.jobs.lab import ERRORS, POISON, arrived, change, cleared, done, failed, poison, tuned

from assay.audit.actor import SYSTEM
from assay.db.models import SYSTEM_USER_ID, ProposalStatus, ReviewAction
from assay.duplicates.scale import version
from assay.jobs import run
from assay.kinds import TRAITS, Kind
from assay.proposals import actions
from assay.review import queries
from assay.review.policy import Hold

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

NAME = "auto_review_proposals"
SWITCH_OFF_AT_THE_FIRST_APPROVAL = (
    """CREATE FUNCTION switch_off() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        INSERT INTO policy_versions (version, document, author_user_id)
        VALUES (1, '{"auto_approval_enabled": false}', 1) ON CONFLICT DO NOTHING; RETURN NULL; END$$""",
    "CREATE TRIGGER switched_off AFTER INSERT ON entities EXECUTE FUNCTION switch_off()",
)


def counts(kind: Kind = Kind.ATOM, approved: int = 0, skipped: int = 0, errors: int = 0) -> dict[str, int]:
    plural = TRAITS[kind].plural
    nothing = {f"{TRAITS[each].plural}_{name}": 0 for each in Kind for name in ("approved", "skipped")}
    return {**nothing, f"{plural}_approved": approved, f"{plural}_skipped": skipped, "errors": errors}


async def statuses(tools, ids) -> list[ProposalStatus]:
    return [(await get(tools.database, each)).status for each in ids]


@kinds
async def test_auto_review_approves_high_confidence(tools, kind):
    ids = await cleared(tools, *(draft(kind, confidence=confidence) for confidence in (0.99, 0.95, 0.949)))
    assert await done(NAME, tools) == counts(kind, approved=2)
    assert await statuses(tools, ids) == [ProposalStatus.APPROVED, ProposalStatus.APPROVED, ProposalStatus.PENDING]
    proposal = await get(tools.database, ids[0])
    assert (proposal.reviewed_by_user_id, proposal.review_action) == (SYSTEM_USER_ID, ReviewAction.APPROVE)
    assert proposal.review_notes == "Auto-approved: confidence at least 95.00%"
    assert proposal.created_entity_id == ids[0]
    assert await rows(
        tools.database,
        "SELECT subject_id, entity_type, actor_user_id, detail->'policy' FROM audit_log "
        "WHERE action = 'proposal.auto_approved' ORDER BY subject_id",
    ) == [(each, kind, SYSTEM_USER_ID, {"version": 0, "threshold": 0.95}) for each in ids[:2]]


@kinds
@pytest.mark.parametrize("known", [True, False])
async def test_auto_review_skips_duplicates(tools, kind, known):
    original, repeated = draft(kind, "Ledger storage"), draft(kind, "Ledger  STORAGE", body="Ledger storage, in full.")
    [first] = await cleared(tools, original)
    if known:
        await done(NAME, tools)
    [second] = await cleared(tools, repeated)
    assert await done(NAME, tools) == counts(kind, approved=0 if known else 1, skipped=1)
    proposal = await get(tools.database, second)
    assert proposal.status is ProposalStatus.PENDING
    assert proposal.similar_entity_id == first
    assert await scalar(tools.database, "SELECT count(*) FROM entities") == 1


@kinds
async def test_auto_review_respects_config_disabled(tools, kind):
    ids = await cleared(tools, draft(kind), draft(kind))
    assert await done(NAME, tuned(tools, knowledge_auto_approval_enabled=False)) == counts()
    assert await statuses(tools, ids) == [ProposalStatus.PENDING] * 2


async def test_what_is_switched_off_while_it_runs_ends_with_the_batch(tools):
    await cleared(tools, *(draft() for _ in range(9)))
    async with tools.database.transaction() as session:
        for statement in SWITCH_OFF_AT_THE_FIRST_APPROVAL:
            await session.execute(text(statement))
    assert await done(NAME, tuned(tools, knowledge_auto_approval_batch_size=3)) == counts(Kind.ATOM, approved=3)
    assert await done(NAME, tools) == counts()


@kinds
async def test_the_threshold_is_the_one_that_is_set(tools, kind):
    [each] = await cleared(tools, draft(kind, confidence=0.8))
    assert await done(NAME, tools) == counts()
    assert await done(NAME, tuned(tools, knowledge_auto_approval_confidence_threshold=0.8)) == counts(kind, approved=1)
    assert (await get(tools.database, each)).review_notes == "Auto-approved: confidence at least 80.00%"


@kinds
@pytest.mark.parametrize(
    ("obstacle", "hold"),
    [
        ("dedup_state = 'unchecked'", Hold.NOT_SCANNED),
        ("dedup_state = 'error'", Hold.NOT_SCANNED),
        ("dedup_scorer = 'the one of last year'", Hold.NOT_SCANNED),
        ("dedup_state = 'duplicate'", Hold.DUPLICATE),
        ("llm_recommendation = 'merge'", Hold.SAYS_MERGE),
        ("llm_recommendation = 'reject'", Hold.SAYS_REJECT),
        ("failures = 5", Hold.NEEDS_ATTENTION),
        ("retry_at = now() + interval '1 hour'", Hold.RETRIED_LATER),
    ],
)
async def test_what_the_policy_holds_back_is_counted_and_shows_its_reason(tools, kind, obstacle, hold):
    [each] = await cleared(tools, draft(kind))
    await change(tools.database, obstacle, each)
    assert await done(NAME, tools) == counts(kind, skipped=1)
    assert await statuses(tools, [each]) == [ProposalStatus.PENDING]
    assert await _held(tools) == {hold: 1}


async def _held(tools) -> dict[Hold, int]:
    async with tools.database.transaction() as session:
        policy = await queries.policy(session, tools.settings)
        found = await queries.held(session, policy, scorer=version(tools.embedder.model))
    return dict(found)


@kinds
@pytest.mark.parametrize(
    "quotes", ["DELETE FROM evidence RETURNING id", "UPDATE evidence SET verified = false RETURNING id"]
)
async def test_what_no_verified_quote_backs_waits(tools, kind, quotes):
    await cleared(tools, draft(kind))
    await rows(tools.database, quotes)
    assert await done(NAME, tools) == counts(kind, skipped=1)
    assert await _held(tools) == {Hold.UNVERIFIED: 1}


@kinds
async def test_what_was_never_scanned_is_never_approved(tools, kind):
    await arrived(tools.database, *(draft(kind) for _ in range(3)))
    assert await done(NAME, tools) == counts(kind, skipped=3)
    await done("deduplication_scan", tools)
    assert await done(NAME, tools) == counts(kind, approved=3)


@kinds
@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_queue_full_of_held_proposals_does_not_starve_those_behind(tools, kind, size):
    ids = await cleared(tools, *(draft(kind) for _ in range(9)))
    await change(tools.database, "llm_recommendation = 'merge'", *ids[:4], *ids[5:8])
    small = tuned(tools, knowledge_auto_approval_batch_size=size)
    assert await done(NAME, small) == counts(kind, approved=2, skipped=7)
    assert {each for each in ids if await statuses(tools, [each]) == [ProposalStatus.APPROVED]} == {ids[4], ids[8]}


@pytest.mark.parametrize("size", [1, 50])
async def test_atoms_are_approved_in_the_run_that_approves_their_topic(tools, size):
    atom, topic = draft(topic_name="ledger service"), draft(Kind.TOPIC, "Ledger service")
    await cleared(tools, topic)
    await cleared(tools, atom)
    small = tuned(tools, knowledge_auto_approval_batch_size=size)
    assert await done(NAME, small) == {**counts(), "topics_approved": 1, "atoms_approved": 1}
    assert await rows(tools.database, "SELECT topic_id, atom_id FROM topic_atoms") == [(topic.id, atom.id)]


async def test_atoms_wait_for_a_topic_that_is_not_sure(tools):
    await cleared(tools, draft(Kind.TOPIC, "Ledger service", confidence=0.5))
    await cleared(tools, draft(topic_name="Ledger service"))
    assert await done(NAME, tools) == counts(skipped=1)
    assert (await _held(tools))[Hold.TOPIC_PENDING] == 1


@kinds
async def test_a_twin_approved_since_the_scan_is_caught(tools, ana, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    first, second = await cleared(tools, *twins)
    await change(tools.database, "dedup_state = 'clear', similar_proposal_id = NULL, similarity_score = NULL", second)
    async with tools.database.transaction() as session:
        await actions.approve(session, [first], actor=ana)
    assert await done(NAME, tools) == counts(kind, skipped=1)
    assert (await get(tools.database, second)).similar_entity_id == first


@kinds
async def test_of_two_pending_twins_one_becomes_an_entity_whatever_the_scan_said(tools, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    ids = await cleared(tools, *twins)
    await change(tools.database, "dedup_state = 'clear', similar_proposal_id = NULL, similarity_score = NULL", *ids)
    assert await done(NAME, tools) == counts(kind, approved=1, skipped=1)
    assert await scalar(tools.database, "SELECT count(*) FROM entities") == 1


@kinds
async def test_a_proposal_that_cannot_be_approved_costs_itself_only(tools, kind):
    await poison(tools.database, "BEFORE INSERT", "entities")
    *_, bad = await cleared(tools, *(draft(kind) for _ in range(10)), draft(kind, POISON))
    assert await done(NAME, tools) == counts(kind, approved=10, errors=1)
    assert (await get(tools.database, bad)).status is ProposalStatus.PENDING
    assert await rows(tools.database, ERRORS) == [("error", NAME, "It is poison.", {"proposal_id": str(bad)})]


async def test_when_none_can_be_approved_the_run_has_failed(tools):
    await poison(tools.database, "BEFORE INSERT", "entities")
    await cleared(tools, draft(title=POISON), draft(title=f"{POISON} of another kind altogether"))
    assert (await failed(NAME, tools)).error == "All 2 items failed: It is poison."


async def test_an_empty_queue_is_a_run_that_went_well(tools):
    assert await done(NAME, tools) == counts()


async def test_a_person_and_the_machine_at_once_decide_each_proposal_once(tools, ana):
    ids = await cleared(tools, *(draft() for _ in range(30)))

    async def by_hand() -> None:
        for each in ids:
            async with tools.database.transaction() as session:
                await actions.reject(session, [each], actor=ana)

    result, _ = await asyncio.gather(run(NAME, tuned(tools, knowledge_auto_approval_batch_size=1)), by_hand())
    assert result.ok
    decisions = "SELECT count(*) FROM audit_log WHERE action IN ('proposal.auto_approved', 'proposal.rejected')"
    assert await scalar(tools.database, decisions) == len(ids)
    assert await scalar(tools.database, "SELECT count(*) FROM proposals WHERE status = 'pending'") == 0


async def test_the_system_may_approve_what_it_proposed_itself(tools):
    [each] = await cleared(tools, draft())
    assert (await get(tools.database, each)).proposed_by_user_id == SYSTEM.user_id
    assert await done(NAME, tools) == counts(approved=1)
