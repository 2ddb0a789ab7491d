"""What a decision costs must follow from what is decided, never from what else there is, nor from what the planner
believes: its statistics are minutes old where much changes, and it takes a table that was emptied for empty."""

import pytest
from sqlalchemy import text
from tests.proposals.crowded_database import MODEL, crowded, newcomers
from tests.query_plans import executed

from assay.audit.actor import SYSTEM
from assay.duplicates import dismiss, scan
from assay.extraction.confidence import weighed
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.knowledge.restore import restore
from assay.proposals import actions, expiry
from assay.proposals.assign import assign
from assay.proposals.edit import edit
from assay.proposals.merge import actions as merging

pytestmark = pytest.mark.anyio

OTHERS, OURS = 2_500, 6
MAX_ROWS = 400 * OURS
MAX_SCANS = 4
"""Where the planner was told lies it may read through a table, once for the statement and never for each id."""

ALL_TABLES = "(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i'))"
SEARCH = "WITH batch AS MATERIALIZED"
"""The search for what is alike. Where it was told lies it may read through a table that it takes for a handful."""
BELIEFS = {
    "nothing": (),
    "empty": (f"UPDATE pg_class SET reltuples = 0, relpages = greatest(relpages, 1) WHERE oid IN {ALL_TABLES}",),
    "tiny": ("ANALYZE", f"UPDATE pg_class SET reltuples = 3 WHERE oid IN {ALL_TABLES} AND relpages > 0"),
    "huge": ("ANALYZE", f"UPDATE pg_class SET reltuples = 1e9 WHERE oid IN {ALL_TABLES} AND relpages > 0"),
    "what is so": ("ANALYZE",),
}
LIES = {"empty", "tiny"}


async def test_the_work_of_a_decision_follows_from_what_is_decided(database, ana):
    await crowded(database, OTHERS)
    ids, known = await newcomers(database, OURS), await newcomers(database, OURS)
    async with database.transaction() as session:
        await actions.approve(session, known, actor=SYSTEM)
    one, other = known[: OURS // 2], known[OURS // 2 :]
    searching = {"model": MODEL, "threshold": 0.85, "actor": ana}
    steps = {
        "scan": lambda session: scan.scan(session, ids, **searching),
        "edit": lambda session: edit(
            session, {each: {"body": f"Now {each}"} for each in ids}, weigh=weighed, actor=ana
        ),
        "assign": lambda session: assign(session, ids, None, actor=ana),
        "not a duplicate": lambda session: dismiss.not_duplicate(
            session, dict(zip(ids, known, strict=True)), **searching
        ),
        "reject": lambda session: actions.reject(session, ids, actor=ana),
        "reopen": lambda session: actions.reopen(session, ids, actor=ana),
        "expire": lambda session: expiry.expire(session, ids, actor=SYSTEM, days=30),
        "reopen the expired": lambda session: actions.reopen(session, ids, actor=ana),
        "merge": lambda session: merging.merge(session, dict(zip(ids, known, strict=True)), actor=ana),
        "take the merge back": lambda session: actions.revert(session, ids, actor=ana),
        "approve": lambda session: actions.approve(session, ids, actor=ana),
        "revert": lambda session: actions.revert(session, ids, actor=ana),
        "merge knowledge": lambda session: knowledge.merge(session, dict(zip(one, other, strict=True)), actor=ana),
        "unmerge knowledge": lambda session: knowledge.unmerge(session, one, actor=ana),
        "restore": lambda session: restore(session, Kind.ATOM, known[0], 1, actor=ana),
    }
    assert not await too_much(database, steps)


async def too_much(database, steps):
    found = []
    for belief, statistics in BELIEFS.items():
        allowed = MAX_ROWS + (MAX_SCANS * OTHERS if belief in LIES else 0)
        async with database.transaction() as session:
            for each in statistics:
                await session.execute(text(each.replace("::", "\\:\\:")))
            async with executed(session) as statements:
                for name, act in steps.items():
                    statements.clear()
                    outcomes = await act(session)
                    assert not isinstance(outcomes, list) or all(each.done for each in outcomes), outcomes[0]
                    assert statements
                    over = [each for each in statements if each.rows > allowed]
                    found += [f"{name}, believing {belief}: {each}" for each in over if not lied_to(each, belief)]
            await session.rollback()
    return found


def lied_to(each, belief):
    return belief in LIES and SEARCH in each.statement
