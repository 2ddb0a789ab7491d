"""What a change leaves behind is asked for in its own transaction: nothing waits for the next tick."""

import inspect
from typing import Any

import pytest
from sqlalchemy import text, update
from tests.builders import draft, propose, rows, scalar, with_evidence

from assay.audit.actor import SYSTEM
from assay.db.models import Proposal
from assay.duplicates import dismiss, pairs
from assay.extraction.confidence import weighed
from assay.extraction.erasure import Drawn, Whose, erase
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.knowledge.restore import restore
from assay.messaging import events
from assay.messaging.requests import FOLLOWERS, SCAN
from assay.proposals import actions, dispute, evidence, expiry, failures, notes
from assay.proposals.assign import assign
from assay.proposals.drafts import Addition, QuotedEvidence
from assay.proposals.edit import edit
from assay.proposals.merge import actions as merging
from assay.proposals.snooze import snooze
from assay.proposals.supersede import supersede

pytestmark = pytest.mark.anyio

MODEL = "hand-made"
SEARCH: Any = {"model": MODEL, "threshold": 0.85}
BOTH: Any = {"content": "both"}
ALIVE = """(SELECT id, kind FROM entities WHERE NOT archived
    UNION ALL SELECT id, kind FROM proposals WHERE status = 'pending') alive"""
WITHOUT_VECTOR = f"{ALIVE} WHERE NOT EXISTS (SELECT FROM embeddings WHERE subject_id = alive.id)"
ALL_DONE = (
    f"""INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
        SELECT id, '{MODEL}', kind, '', '[1,0,0,0,0,0,0,0]' FROM {WITHOUT_VECTOR}""",
    "UPDATE proposals SET dedup_state = 'clear' WHERE status = 'pending' AND dedup_state = 'unchecked'",
    "DELETE FROM job_requests",
)
LEFT = f"""SELECT (SELECT count(*) FROM {WITHOUT_VECTOR})
    + (SELECT count(*) FROM proposals WHERE status = 'pending' AND dedup_state = 'unchecked')"""
MARK = """UPDATE proposals SET dedup_state = 'duplicate', similarity_type = 'semantic', similarity_score = 0.9,
    similar_proposal_id = CAST(:proposal AS uuid), similar_entity_id = (SELECT id FROM entities WHERE id = :entity)
    WHERE id = :id"""
AGAIN = " again"
NEVER_DONE_BY_HAND = {
    "proposal.created": (SCAN,),
    "proposal.auto_approved": FOLLOWERS["proposal.auto_approved"],
    "proposal.duplicate_detected": FOLLOWERS["proposal.duplicate_detected"],
    "proposals.expiring": (),
    "proposals.expiry_held": (),
    "proposals.metrics_updated": (),
}
"""What only jobs and proposers do, or what changes nothing."""


async def test_what_a_change_leaves_unscanned_is_scanned_at_once(database, ana):
    one, other, third, fourth, like_it, like_known = await propose(
        database, await with_evidence(database, *[draft(title=f"Statement {n}") for n in range(6)])
    )
    [message] = (await rows(database, "SELECT message_id FROM evidence WHERE proposal_id = :id", id=third))[0]
    quote = QuotedEvidence(message, "S", 0, 1)
    objection = dispute.Objection(quote, [quote], "Not so.", 0.1)

    def weigh(_proposal, _quotes):
        return 0.5

    steps = {
        "proposal.approved": lambda s: actions.approve(s, [one, other], actor=ana),
        "entity.merged": lambda s: knowledge.merge(s, {one: other}, actor=ana, choices=BOTH),
        "entity.unmerged": lambda s: knowledge.unmerge(s, [one], actor=ana),
        "entity.restored": lambda s: restore(s, Kind.ATOM, other, 1, actor=ana),
        "entity.not_duplicate": lambda s: pairs.dismiss(s, one, other, actor=ana, notes=None),
        "proposal.merged": lambda s: merging.merge(s, {third: other}, actor=ana, choices=BOTH),
        "proposal.reverted": lambda s: actions.revert(s, [third, one], actor=ana),
        "proposal.edited": lambda s: edit(s, {third: {"body": "Another."}}, weigh=weighed, actor=ana),
        "proposal.assigned": lambda s: assign(s, [third], None, actor=ana),
        "proposal.snoozed": lambda s: snooze(s, [third], None, actor=ana),
        "proposal.noted": lambda s: noted(s, third, ana),
        "proposal.evidence_added": lambda s: evidence.add(
            s, {fourth: Addition([quote], 0.9)}, weigh=weigh, actor=SYSTEM
        ),
        "proposal.disputed": lambda s: dispute.doubt(s, {third: objection}, weigh=weigh, actor=SYSTEM),
        "proposal.failures_reset": lambda s: failures.try_again(s, [fourth], actor=ana),
        "proposal.not_duplicate": lambda s: dismiss.not_duplicate(s, {like_known: other}, actor=ana, **SEARCH),
        "proposal.not_duplicate_undone": lambda s: dismiss.take_back(s, like_known, other, actor=ana, **SEARCH),
        "entity.superseded": lambda s: superseded(s, one, fourth, ana),
        "proposal.rejected": lambda s: actions.reject(s, [third], actor=ana),
        "proposal.reopened": lambda s: actions.reopen(s, [third], actor=ana),
        "proposal.withdrawn": lambda s: actions.withdraw(s, [third], actor=SYSTEM),
        "proposal.reopened again": lambda s: actions.reopen(s, [third], actor=ana),
        "proposals.expired": lambda s: expiry.expire(s, [third], actor=SYSTEM, days=30),
        "proposal.set_aside": lambda s: actions.set_aside(s, [like_it], actor=SYSTEM),
        "proposal.erased": lambda s: erase(s, Whose(author="tom"), drawn=Drawn.ALL, actor=ana),
    }
    walked = {each.removesuffix(AGAIN) for each in steps} | {"proposal.expired", "entity.erased"}
    assert walked | set(NEVER_DONE_BY_HAND) == of_knowledge()
    for name, act in steps.items():
        action = name.removesuffix(AGAIN)
        async with database.transaction() as session:
            for each in ALL_DONE:
                await session.execute(text(each))
            await session.execute(text(MARK), {"id": like_it, "proposal": third, "entity": None})
            await session.execute(text(MARK), {"id": like_known, "proposal": None, "entity": other})
            await session.execute(text("UPDATE proposals SET failures = 1 WHERE id = :id"), {"id": fourth})
            await session.execute(text(PAIR), {"one": one, "other": other})
        at = await scalar(database, "SELECT max(id) FROM audit_log")
        async with database.transaction() as session:
            await act(session)
        assert await scalar(
            database, "SELECT bool_or(action = :action) FROM audit_log WHERE id > :id", action=action, id=at
        )
        asked = {job for (job,) in await rows(database, "SELECT job FROM job_requests")}
        left = await scalar(database, LEFT)
        assert asked >= set(FOLLOWERS.get(action, ())), action
        assert SCAN in asked or not left, f"{left} wait for a scan after {action}, and nobody asked for one"


async def superseded(session, known, proposal_id, actor):
    await actions.approve(session, [known], actor=actor)
    links = [{"to": str(known), "link_type": "contradicts", "strength": 1}]
    await session.execute(update(Proposal).where(Proposal.id == proposal_id).values(proposed_links=links))
    assert (await supersede(session, proposal_id, actor=actor))[0].done


async def noted(session, proposal_id, actor):
    await notes.add(session, await session.get(Proposal, proposal_id), "Ask.", actor=actor)


PAIR = """INSERT INTO entity_pairs (first_id, second_id, score, type, explanation, scorer, found_at)
    SELECT least(:one, CAST(:other AS uuid)), greatest(:one, CAST(:other AS uuid)), 0.9, 'semantic', '', 'x', now()
    WHERE (SELECT count(*) FROM entities WHERE id IN (:one, :other)) = 2 ON CONFLICT DO NOTHING"""


def of_knowledge() -> set[str]:
    """Everything that is recorded of proposals and entities."""
    kinds = [each for _, each in inspect.getmembers(events, inspect.isclass) if hasattr(each, "type")]
    names = {each.type for each in kinds if isinstance(each.type, str)}
    return {each for each in names if each.startswith(("proposal", "entity"))}
