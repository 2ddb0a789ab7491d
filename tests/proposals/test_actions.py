"""The decisions, each for topics and for atoms."""

from uuid import uuid4

import pytest
from tests.builders import BOTH_KINDS, counted_statements, draft, get, propose, rows, scalar, with_evidence
from tests.proposals import replay

from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.db.models import ActorKind, ProposalStatus, ReviewAction, User
from assay.errors import InvalidInput
from assay.kinds import Kind, LinkType
from assay.proposals import actions, expiry, metrics, queries
from assay.proposals.drafts import ProposedLink
from assay.proposals.merge import actions as merging
from assay.proposals.outcomes import Refusal

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

KNOWLEDGE = """
    SELECT (SELECT jsonb_agg(to_jsonb(e) - '{updated_at,revision}'::text[] ORDER BY e.id)
            FROM entities e WHERE NOT archived),
           (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.topic_id, t.atom_id) FROM topic_atoms t),
           (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.from_id, l.to_id) FROM atom_links l)"""


async def approve(database: Database, *ids, actor: Actor = SYSTEM, **options):
    async with database.transaction() as session:
        return await actions.approve(session, ids, actor=actor, **options)


async def merge(database: Database, targets, actor: Actor = SYSTEM):
    async with database.transaction() as session:
        return await merging.merge(session, targets, actor=actor)


async def revert(database: Database, *ids, actor: Actor = SYSTEM):
    async with database.transaction() as session:
        return await actions.revert(session, ids, actor=actor)


@kinds
async def test_approval_makes_an_entity_with_the_proposals_id_words_and_first_revision(database, ana, kind):
    [backed] = await with_evidence(database, draft(kind, "Ledger storage"))
    await propose(database, [backed])
    [outcome] = await approve(database, backed.id, actor=ana, notes="Checked with tom.")
    proposal = await get(database, backed.id)
    assert outcome.done
    assert outcome.entity_id == proposal.created_entity_id == backed.id
    assert (proposal.status, proposal.review_action) == (ProposalStatus.APPROVED, ReviewAction.APPROVE)
    assert (proposal.reviewed_by_user_id, proposal.review_notes) == (ana.user_id, "Checked with tom.")
    assert await rows(database, "SELECT kind, title, body FROM entities") == [(kind, "Ledger storage", backed.body)]
    assert await rows(database, "SELECT number, change_type, snapshot->>'title' FROM entity_revisions") == [
        (1, "created", "Ledger storage")
    ]
    assert (
        await scalar(database, "SELECT count(*) FROM evidence WHERE proposal_id = :id AND verified", id=backed.id) == 1
    )


@kinds
async def test_a_decision_and_its_audit_entry_are_one_act(database, kind):
    [each] = await propose(database, [draft(kind)])

    async def approve_and_fail() -> None:
        async with database.transaction() as session:
            await actions.approve(session, [each], actor=SYSTEM)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await approve_and_fail()
    assert (await get(database, each)).status is ProposalStatus.PENDING
    assert await rows(database, "SELECT action FROM audit_log ORDER BY id") == [("proposal.created",)]
    await approve(database, each)
    assert await rows(database, "SELECT action FROM audit_log ORDER BY id") == [
        ("proposal.created",),
        ("proposal.auto_approved",),
    ]


@kinds
async def test_events_speak_in_the_words_of_the_contract(database, ana, kind):
    label = {Kind.TOPIC: "name", Kind.ATOM: "title"}[kind]
    first, second = await propose(database, [draft(kind, "Alpha"), draft(kind, "Beta")])
    await approve(database, first)
    await approve(database, second, actor=ana)
    events = await rows(database, "SELECT action, channel, entity_type, data FROM audit_log ORDER BY id OFFSET 2")
    assert events == [
        (
            "proposal.auto_approved",
            "knowledge_proposals",
            kind,
            {"proposal_id": str(first), label: "Alpha", "confidence": 0.97},
        ),
        (
            "proposal.approved",
            "knowledge_proposals",
            kind,
            {"proposal_id": str(second), label: "Beta", "actor": "ana", "entity_id": str(second)},
        ),
    ]


@kinds
async def test_approving_twice_says_who_decided_and_changes_nothing(database, ana, kind):
    [each] = await propose(database, [draft(kind)])
    await approve(database, each, actor=ana)
    [again] = await approve(database, each)
    assert again.refusal is Refusal.CONFLICT
    assert "approved by ana at 20" in again.message
    assert await scalar(database, "SELECT count(*) FROM entities") == 1


@kinds
async def test_one_refused_proposal_does_not_hold_up_the_others(database, kind):
    good, decided = await propose(database, [draft(kind), draft(kind)])
    await approve(database, decided)
    outcomes = await approve(database, good, decided, unknown := uuid4())
    assert [each.refusal for each in outcomes] == [None, Refusal.CONFLICT, Refusal.NOT_FOUND]
    assert str(unknown) in outcomes[2].message


@kinds
async def test_a_proposal_that_changed_since_it_was_read_is_not_decided(database, kind):
    [each] = await propose(database, [draft(kind)])
    [outcome] = await approve(database, each, versions={each: 7})
    assert outcome.message == "The proposal changed since it was read: version 7 then, 1 now."
    assert (await get(database, each)).status is ProposalStatus.PENDING


@kinds
async def test_a_proposer_never_decides_on_its_own_proposal(database, ana, kind):
    [each] = await propose(database, [draft(kind)], actor=ana)
    [target] = await propose(database, [draft(kind)])
    await approve(database, target)

    async def decide(action, which=each, actor=ana):
        async with database.transaction() as session:
            [outcome] = await action(session, which, actor=actor)
        return outcome

    for action, which in ((actions.approve, [each]), (actions.reject, [each]), (merging.merge, {each: target})):
        assert (await decide(action, which)).refusal is Refusal.FORBIDDEN
    assert (await decide(actions.approve, [each], SYSTEM)).done
    assert (await decide(actions.revert, [each])).refusal is Refusal.FORBIDDEN
    assert (await decide(actions.revert, [each], SYSTEM)).done
    assert (await decide(actions.reject, [each], SYSTEM)).done
    assert (await decide(actions.reopen, [each])).refusal is Refusal.FORBIDDEN


@kinds
async def test_of_two_that_say_the_same_only_one_becomes_an_entity(database, kind):
    twins = [draft(kind, "Offline  Sync", body="It queues."), draft(kind, "offline sync", body="it queues.")]
    first, second = await propose(database, twins)
    outcomes = await approve(database, first, second)
    assert [each.done for each in outcomes] == [True, False]
    assert str(first) in outcomes[1].message
    assert (await approve(database, second))[0].refusal is Refusal.CONFLICT


async def test_an_atom_waits_for_its_pending_topic(database):
    topic, atom = await propose(database, [draft(Kind.TOPIC, "Ledger"), draft(topic_name="ledger")])
    [outcome] = await approve(database, atom)
    assert outcome.refusal is Refusal.WAITING
    assert str(topic) in outcome.message


@pytest.mark.parametrize("named", [True, False])
async def test_an_atom_is_approved_together_with_its_topic(database, named):
    topic, atom = await propose(database, [draft(Kind.TOPIC, "Ledger"), draft(topic_name="ledger")])
    outcomes = await (approve(database, atom, topic) if named else approve(database, atom, with_topics=True))
    assert all(each.done for each in outcomes)
    assert await rows(database, "SELECT topic_id, atom_id, position FROM topic_atoms") == [(topic, atom, 1)]


async def test_an_atom_does_not_wait_for_a_rejected_topic_and_is_filed_when_that_is_approved_after_all(database):
    topic, atom = await propose(database, [draft(Kind.TOPIC, "Ledger"), draft(topic_name="ledger")])
    async with database.transaction() as session:
        await actions.reject(session, [topic], actor=SYSTEM)
    assert (await approve(database, atom))[0].done
    assert await rows(database, "SELECT * FROM topic_atoms") == []
    async with database.transaction() as session:
        await actions.reopen(session, [topic], actor=SYSTEM)
    await approve(database, topic)
    assert await rows(database, "SELECT topic_id, atom_id FROM topic_atoms") == [(topic, atom)]


async def test_an_atom_is_filed_under_a_topic_that_exists_already(database):
    [topic] = await propose(database, [draft(Kind.TOPIC, "Ledger")])
    await approve(database, topic)
    [atom] = await propose(database, [draft(topic_name=" LEDGER ")])
    await approve(database, atom)
    assert await rows(database, "SELECT topic_id, atom_id FROM topic_atoms") == [(topic, atom)]


async def test_links_are_drawn_when_both_ends_are_knowledge(database):
    problem = draft()
    solution = draft(links=[ProposedLink(problem.id, LinkType.SOLVES, 0.9)])
    await propose(database, [problem, solution])
    await approve(database, solution.id)
    assert await rows(database, "SELECT * FROM atom_links") == []
    await approve(database, problem.id)
    assert await rows(database, "SELECT * FROM atom_links") == []  # not of one extraction run
    await revert(database, solution.id)
    await approve(database, solution.id)
    assert await rows(database, "SELECT * FROM atom_links") == [(solution.id, problem.id, "solves", 0.9)]


@kinds
async def test_a_merge_keeps_the_targets_words_and_brings_it_the_evidence(database, kind):
    backed = await with_evidence(database, draft(kind, "Old words"), draft(kind, "New words"))
    old, new = await propose(database, backed)
    await approve(database, old)
    [outcome] = await merge(database, {new: old})
    proposal = await get(database, new)
    assert outcome.done
    assert outcome.entity_id == proposal.merged_into_entity_id == old
    assert proposal.status is ProposalStatus.MERGED
    assert await rows(database, "SELECT title, revision FROM entities") == [("Old words", 2)]
    assert await rows(
        database, "SELECT number, change_type, source_proposal_id FROM entity_revisions ORDER BY number"
    ) == [(1, "created", old), (2, "merged", new)]


@kinds
async def test_a_merge_needs_a_live_target_of_its_own_kind(database, kind):
    other = next(each for each in BOTH_KINDS if each is not kind)
    stranger, each = await propose(database, [draft(other), draft(kind)])
    await approve(database, stranger)
    assert "of kind" in (await merge(database, {each: stranger}))[0].message
    assert "is no approved" in (await merge(database, {each: uuid4()}))[0].message


@kinds
async def test_reverting_an_approval_or_a_merge_restores_knowledge_to_the_letter(database, ana, kind):
    topic, base, extra = await propose(
        database,
        [draft(Kind.TOPIC, "Ledger"), draft(kind, "Base"), draft(kind, "Extra", topic_name="ledger")],
    )
    await approve(database, topic, base)
    before = await rows(database, KNOWLEDGE)
    await merge(database, {extra: base}, actor=ana)
    assert (await revert(database, extra))[0].done
    assert await rows(database, KNOWLEDGE) == before
    await approve(database, extra, actor=ana)
    assert await rows(database, KNOWLEDGE) != before
    assert (await revert(database, extra))[0].done
    assert await rows(database, KNOWLEDGE) == before
    proposal = await get(database, extra)
    assert (proposal.status, proposal.review_action) == (ProposalStatus.PENDING, ReviewAction.REVERTED)
    assert proposal.reviewed_at is None


@kinds
async def test_an_approval_that_others_built_upon_is_not_reverted(database, kind):
    base, extra = await propose(database, [draft(kind), draft(kind)])
    await approve(database, base)
    await merge(database, {extra: base})
    [refused] = await revert(database, base)
    assert refused.message == f"Since then proposal {extra} was merged into it: undo that first."
    assert all(each.done for each in await revert(database, base, extra))


@kinds
async def test_a_reverted_approval_can_be_approved_again(database, ana, kind):
    [each] = await propose(database, [draft(kind)])
    await approve(database, each)
    await revert(database, each, actor=ana)
    assert (await get(database, each)).auto_reverted
    assert (await approve(database, each, actor=ana))[0].done
    assert await rows(database, "SELECT archived, revision FROM entities") == [(False, 3)]


@kinds
async def test_a_rejected_or_expired_proposal_can_be_reopened_and_is_scanned_anew(database, ana, kind):
    rejected, expired = await propose(database, [draft(kind), draft(kind)])
    async with database.transaction() as session:
        await actions.reject(session, [rejected], actor=ana, notes="Nonsense.")
        await expiry.expire(session, [expired], actor=SYSTEM, days=30)
    proposal = await get(database, expired)
    assert (proposal.status, proposal.review_action) == (ProposalStatus.REJECTED, ReviewAction.EXPIRED)
    assert proposal.review_notes == "Auto-rejected: expired after 30 days"
    async with database.transaction() as session:
        outcomes = await actions.reopen(session, [rejected, expired], actor=ana)
    assert all(each.done for each in outcomes)
    assert (await get(database, rejected)).status is ProposalStatus.PENDING


@kinds
async def test_what_looked_like_a_rejected_proposal_is_scanned_again(database, kind):
    first, second = await propose(database, [draft(kind), draft(kind)])
    statement = "UPDATE proposals SET dedup_state = 'duplicate', similar_proposal_id = :first WHERE id = :second"
    await rows(database, statement + " RETURNING id", first=first, second=second)
    async with database.transaction() as session:
        await actions.reject(session, [first], actor=SYSTEM)
    proposal = await get(database, second)
    assert (proposal.dedup_state, proposal.similar_proposal_id) == ("unchecked", None)


@kinds
@pytest.mark.parametrize("decision", ["approve", "reject", "merge", "expire", "revert"])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_proposals(database, kind, decision):
    few, many = [await _cost(database, kind, decision, number) for number in (10, 100)]
    assert few == many < 40


async def _cost(database: Database, kind: Kind, decision: str, number: int) -> int:
    base, *ids = await propose(database, [draft(kind) for _ in range(number + 1)])
    await approve(database, base)
    if decision == "revert":
        await approve(database, *ids)
    async with database.transaction() as session:
        with counted_statements(database) as statements:
            match decision:
                case "approve":
                    outcomes = await actions.approve(session, ids, actor=SYSTEM)
                case "reject":
                    outcomes = await actions.reject(session, ids, actor=SYSTEM)
                case "merge":
                    outcomes = await merging.merge(session, dict.fromkeys(ids, base), actor=SYSTEM)
                case "expire":
                    outcomes = await expiry.expire(session, ids, actor=SYSTEM, days=30)
                case _:
                    outcomes = await actions.revert(session, ids, actor=SYSTEM)
    assert all(each.done for each in outcomes)
    return len(statements)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "is empty"),
        ({"title": "x" * 201}, "has 201 characters; 200 are allowed"),
        ({"body": "a\0b"}, "NUL"),
        ({"confidence": 1.5}, "is 1.5; 0 to 1 is allowed"),
        ({"confidence": float("nan")}, "is nan; 0 to 1 is allowed"),
    ],
)
async def test_a_draft_that_breaks_a_limit_is_refused_with_a_sentence(database, changes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        await propose(database, [draft(), draft(**{"title": "fine", **changes})])
    assert await scalar(database, "SELECT count(*) FROM proposals") == 0


async def test_an_agent_decides_like_a_person(database):
    async with database.transaction() as session:
        session.add(User(id=11, name="scribe", kind=ActorKind.AGENT))
    [each] = await propose(database, [draft()])
    assert (await approve(database, each, actor=Actor(11, "scribe", ActorKind.AGENT)))[0].done


async def test_the_same_id_twice_is_one_decision(database):
    [each] = await propose(database, [draft()])
    async with database.transaction() as session:
        ids = await queries.full_ids(session, [str(each), str(each)[-8:]])
        outcomes = await actions.approve(session, ids, actor=SYSTEM)
    assert [outcome.done for outcome in outcomes] == [True]


async def withdraw(database: Database, *ids, actor: Actor):
    async with database.transaction() as session:
        return await actions.withdraw(session, ids, actor=actor)


@kinds
async def test_who_proposed_it_takes_it_back_and_nobody_else(database, ana, kind):
    [mine, theirs] = await propose(database, [draft(kind), draft(kind)], ana)
    outcomes = await withdraw(database, mine, theirs, actor=SYSTEM)
    assert {each.refusal for each in outcomes} == {Refusal.FORBIDDEN}
    [done] = await withdraw(database, mine, actor=ana)
    proposal = await get(database, mine)
    assert (done.message, proposal.status, proposal.review_action) == (
        "Withdrawn.",
        ProposalStatus.REJECTED,
        ReviewAction.WITHDRAWN,
    )
    [again] = await withdraw(database, mine, actor=ana)
    assert again.refusal is Refusal.CONFLICT
    assert again.message.startswith("The proposal was already withdrawn by ana at")
    events = "SELECT action, data->>'actor' FROM audit_log WHERE subject_id = :id ORDER BY id"
    assert await rows(database, events, id=mine) == [("proposal.created", "ana"), ("proposal.withdrawn", "ana")]


@kinds
async def test_what_was_approved_is_not_withdrawn(database, ana, kind):
    [proposal] = await propose(database, [draft(kind)], ana)
    await approve(database, proposal)
    [outcome] = await withdraw(database, proposal, actor=ana)
    assert outcome.refusal is Refusal.CONFLICT


@kinds
async def test_a_withdrawal_is_in_no_rate_and_is_replayed_from_the_log(database, ana, kind):
    [proposal] = await propose(database, [draft(kind)], ana)
    await withdraw(database, proposal, actor=ana)
    async with database.transaction() as session:
        part = (await metrics.document(session, waits={}))[f"{kind}_proposals"]
        assert (part["withdrawn"], part["rejected"], part["approval_rate"]) == (1, 0, 0)
        assert await replay.from_log(session) == await replay.from_tables(session)
