"""The machine decides what it can prove, and nothing else."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text
from tests.builders import BOTH_KINDS, draft, get, rows, scalar
from tests.jobs.helpers import ERRORS, POISON, arrived, change, cleared, done, failed, poison, tuned

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


async def statuses(deps, ids) -> list[ProposalStatus]:
    return [(await get(deps.database, each)).status for each in ids]


@kinds
async def test_auto_review_approves_high_confidence(deps, kind):
    ids = await cleared(deps, *(draft(kind, confidence=confidence) for confidence in (0.99, 0.95, 0.949)))
    assert await done(NAME, deps) == counts(kind, approved=2)
    assert await statuses(deps, ids) == [ProposalStatus.APPROVED, ProposalStatus.APPROVED, ProposalStatus.PENDING]
    proposal = await get(deps.database, ids[0])
    assert (proposal.reviewed_by_user_id, proposal.review_action) == (SYSTEM_USER_ID, ReviewAction.APPROVE)
    assert proposal.review_notes == "Auto-approved: confidence at least 95.00%"
    assert proposal.created_entity_id == ids[0]
    assert await rows(
        deps.database,
        "SELECT subject_id, entity_type, actor_user_id, detail->'policy' FROM audit_log "
        "WHERE action = 'proposal.auto_approved' ORDER BY subject_id",
    ) == [(each, kind, SYSTEM_USER_ID, {"version": 0, "threshold": 0.95}) for each in ids[:2]]


@kinds
@pytest.mark.parametrize("known", [True, False])
async def test_auto_review_skips_duplicates(deps, kind, known):
    original, repeated = draft(kind, "Ledger storage"), draft(kind, "Ledger  STORAGE", body="Ledger storage, in full.")
    [first] = await cleared(deps, original)
    if known:
        await done(NAME, deps)
    [second] = await cleared(deps, repeated)
    assert await done(NAME, deps) == counts(kind, approved=0 if known else 1, skipped=1)
    proposal = await get(deps.database, second)
    assert proposal.status is ProposalStatus.PENDING
    assert proposal.similar_entity_id == first
    assert await scalar(deps.database, "SELECT count(*) FROM entities WHERE NOT archived") == 1


@kinds
async def test_auto_review_respects_config_disabled(deps, kind):
    ids = await cleared(deps, draft(kind), draft(kind))
    assert await done(NAME, tuned(deps, knowledge_auto_approval_enabled=False)) == counts()
    assert await statuses(deps, ids) == [ProposalStatus.PENDING] * 2


async def test_what_is_switched_off_while_it_runs_ends_with_the_batch(deps):
    await cleared(deps, *(draft() for _ in range(9)))
    async with deps.database.transaction() as session:
        for statement in SWITCH_OFF_AT_THE_FIRST_APPROVAL:
            await session.execute(text(statement))
    assert await done(NAME, tuned(deps, knowledge_auto_approval_batch_size=3)) == counts(Kind.ATOM, approved=3)
    assert await done(NAME, deps) == counts()


@kinds
async def test_the_threshold_is_the_one_that_is_set(deps, kind):
    [each] = await cleared(deps, draft(kind, confidence=0.8))
    assert await done(NAME, deps) == counts()
    assert await done(NAME, tuned(deps, knowledge_auto_approval_confidence_threshold=0.8)) == counts(kind, approved=1)
    assert (await get(deps.database, each)).review_notes == "Auto-approved: confidence at least 80.00%"


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
async def test_what_the_policy_holds_back_is_counted_and_shows_its_reason(deps, kind, obstacle, hold):
    [each] = await cleared(deps, draft(kind))
    await change(deps.database, obstacle, each)
    assert await done(NAME, deps) == counts(kind, skipped=1)
    assert await statuses(deps, [each]) == [ProposalStatus.PENDING]
    assert await _held(deps) == {hold: 1}


async def _held(deps) -> dict[Hold, int]:
    async with deps.database.transaction() as session:
        policy = await queries.policy(session, deps.settings)
        found = Counter((await queries.first_reasons(session, policy, scorer=version(deps.embedder.model))).values())
    return dict(found)


@kinds
@pytest.mark.parametrize(
    "quotes", ["DELETE FROM evidence RETURNING id", "UPDATE evidence SET verified = false RETURNING id"]
)
async def test_what_no_verified_quote_backs_waits(deps, kind, quotes):
    await cleared(deps, draft(kind))
    await rows(deps.database, quotes)
    assert await done(NAME, deps) == counts(kind, skipped=1)
    assert await _held(deps) == {Hold.UNVERIFIED: 1}


@kinds
async def test_what_was_never_scanned_is_never_approved(deps, kind):
    await arrived(deps.database, *(draft(kind) for _ in range(3)))
    assert await done(NAME, deps) == counts(kind, skipped=3)
    await done("deduplication_scan", deps)
    assert await done(NAME, deps) == counts(kind, approved=3)


@kinds
@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_queue_full_of_held_proposals_does_not_starve_those_behind(deps, kind, size):
    ids = await cleared(deps, *(draft(kind) for _ in range(9)))
    await change(deps.database, "llm_recommendation = 'merge'", *ids[:4], *ids[5:8])
    small = tuned(deps, knowledge_auto_approval_batch_size=size)
    assert await done(NAME, small) == counts(kind, approved=2, skipped=7)
    assert {each for each in ids if await statuses(deps, [each]) == [ProposalStatus.APPROVED]} == {ids[4], ids[8]}


@pytest.mark.parametrize("size", [1, 50])
async def test_atoms_are_approved_in_the_run_that_approves_their_topic(deps, size):
    atom, topic = draft(topic_name="ledger service"), draft(Kind.TOPIC, "Ledger service")
    await cleared(deps, topic)
    await cleared(deps, atom)
    small = tuned(deps, knowledge_auto_approval_batch_size=size)
    assert await done(NAME, small) == {**counts(), "topics_approved": 1, "atoms_approved": 1}
    assert await rows(deps.database, "SELECT topic_id, atom_id FROM topic_atoms") == [(topic.id, atom.id)]


async def test_atoms_wait_for_a_topic_that_is_not_sure(deps):
    await cleared(deps, draft(Kind.TOPIC, "Ledger service", confidence=0.5))
    await cleared(deps, draft(topic_name="Ledger service"))
    assert await done(NAME, deps) == counts(skipped=1)
    assert (await _held(deps))[Hold.TOPIC_PENDING] == 1


@kinds
async def test_a_twin_approved_since_the_scan_is_caught(deps, ana, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    first, second = await cleared(deps, *twins)
    await change(deps.database, "dedup_state = 'clear', similar_proposal_id = NULL, similarity_score = NULL", second)
    async with deps.database.transaction() as session:
        await actions.approve(session, [first], actor=ana)
    assert await done(NAME, deps) == counts(kind, skipped=1)
    assert (await get(deps.database, second)).similar_entity_id == first


@kinds
async def test_of_two_pending_twins_one_becomes_an_entity_whatever_the_scan_said(deps, kind):
    twins = [draft(kind, "Ledger storage", body=body) for body in ("It holds all.", "It holds all!")]
    ids = await cleared(deps, *twins)
    await change(deps.database, "dedup_state = 'clear', similar_proposal_id = NULL, similarity_score = NULL", *ids)
    assert await done(NAME, deps) == counts(kind, approved=1, skipped=1)
    assert await scalar(deps.database, "SELECT count(*) FROM entities WHERE NOT archived") == 1


@kinds
async def test_a_proposal_that_cannot_be_approved_costs_itself_only(deps, kind):
    await poison(deps.database, "BEFORE INSERT", "entities")
    *_, bad = await cleared(deps, *(draft(kind) for _ in range(10)), draft(kind, POISON))
    assert await done(NAME, deps) == counts(kind, approved=10, errors=1)
    assert (await get(deps.database, bad)).status is ProposalStatus.PENDING
    assert await rows(deps.database, ERRORS) == [("error", NAME, "It is poison.", {"proposal_id": str(bad)})]


async def test_when_none_can_be_approved_the_run_has_failed(deps):
    await poison(deps.database, "BEFORE INSERT", "entities")
    await cleared(deps, draft(title=POISON), draft(title=f"{POISON} of another kind altogether"))
    assert (await failed(NAME, deps)).error == "All 2 items failed: It is poison."


async def test_an_empty_queue_is_a_run_that_went_well(deps):
    assert await done(NAME, deps) == counts()


async def test_a_person_and_the_machine_at_once_decide_each_proposal_once(deps, ana):
    ids = await cleared(deps, *(draft() for _ in range(30)))

    async def by_hand() -> None:
        for each in ids:
            async with deps.database.transaction() as session:
                await actions.reject(session, [each], actor=ana)

    result, _ = await asyncio.gather(run(NAME, tuned(deps, knowledge_auto_approval_batch_size=1)), by_hand())
    assert result.ok
    decisions = "SELECT count(*) FROM audit_log WHERE action IN ('proposal.auto_approved', 'proposal.rejected')"
    assert await scalar(deps.database, decisions) == len(ids)
    assert await scalar(deps.database, "SELECT count(*) FROM proposals WHERE status = 'pending'") == 0


async def test_the_system_may_approve_what_it_proposed_itself(deps):
    [each] = await cleared(deps, draft())
    assert (await get(deps.database, each)).proposed_by_user_id == SYSTEM.user_id
    assert await done(NAME, deps) == counts(approved=1)
