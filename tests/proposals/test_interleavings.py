"""Whoever does whatever in whatever order: the state is consistent, and the log alone tells it."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.builders import draft, propose
from tests.proposals import replay

from assay.audit.actor import SYSTEM, Actor
from assay.db.engine import Database
from assay.db.models import ActorKind, User
from assay.errors import AssayError
from assay.extraction.confidence import weighed
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.knowledge.restore import restore
from assay.proposals import actions, expiry
from assay.proposals.edit import edit
from assay.proposals.merge import actions as merging
from assay.proposals.merge.fields import Choice

ANA, BOT = Actor(10, "ana", ActorKind.USER), Actor(11, "bot", ActorKind.AGENT)
ACTORS = (SYSTEM, ANA, BOT)
KINDS = (Kind.TOPIC, Kind.TOPIC, Kind.ATOM, Kind.ATOM, Kind.ATOM, Kind.ATOM, Kind.TOPIC)
NUMBER = len(KINDS)
ACTS = ("approve", "with_topics", "reject", "merge", "revert", "reopen", "expire")
ON_WORDS = ("edit", "merge_entities", "unmerge", "restore")
step = st.tuples(
    st.sampled_from([*ACTS, *ON_WORDS]),
    st.lists(st.integers(0, NUMBER - 1), min_size=1, max_size=4),
    st.integers(0, NUMBER - 1),
    st.sampled_from(ACTORS),
)
knowns = st.lists(st.integers(0, NUMBER - 1), max_size=NUMBER)
"""What is approved before all else."""
interleavings = st.lists(st.lists(step, min_size=1, max_size=3), min_size=1, max_size=12)

INCONSISTENT = {
    "an entity whose proposal is not approved": """SELECT e.id FROM entities e JOIN proposals p ON p.id = e.id
        WHERE e.archived = (p.status = 'approved' AND e.merged_into_entity_id IS NULL)""",
    "two live entities of one identity": """SELECT kind FROM entities WHERE NOT archived
        GROUP BY kind, identity_key HAVING count(*) > 1""",
    "a merge into what is withdrawn": """SELECT p.id FROM proposals p JOIN entities e ON e.id = p.merged_into_entity_id
        WHERE e.archived AND e.merged_into_entity_id IS NULL""",
    "a merge of knowledge into what is withdrawn": """SELECT gone.id FROM entities gone
        JOIN entities e ON e.id = gone.merged_into_entity_id WHERE e.archived""",
    "a link or a topic of what is withdrawn": """SELECT atom_id FROM topic_atoms
        JOIN entities e ON e.id IN (atom_id, topic_id) WHERE e.archived""",
    "a tally that is not the truth": """SELECT kind FROM (
        SELECT kind, status, count(*) AS n FROM proposals GROUP BY 1, 2 UNION ALL
        SELECT kind, status, -sum(proposals) FROM proposal_tallies GROUP BY 1, 2) AS both_counts
        GROUP BY kind, status HAVING sum(n) <> 0""",
    "an entity without its revision": """SELECT e.id FROM entities e LEFT JOIN entity_revisions r
        ON r.entity_id = e.id AND r.number = e.revision WHERE r.entity_id IS NULL""",
    "an entity that says something else than its revision": """SELECT e.id FROM entities e JOIN entity_revisions r
        ON r.entity_id = e.id AND r.number = e.revision
        WHERE (e.title, e.body) IS DISTINCT FROM (r.snapshot ->> 'title', r.snapshot ->> 'body')""",
    "a proposal that says something else than its last edit": """SELECT id FROM (
        SELECT DISTINCT ON (p.id) p.id, p.title, a.detail -> 'after' ->> 'title' AS told FROM proposals p
        JOIN audit_log a ON a.subject_id = p.id AND a.action = 'proposal.edited' ORDER BY p.id, a.id DESC) AS edited
        WHERE title <> told""",
    "a key that belongs to other words": """SELECT p.id FROM proposals p JOIN entities e ON e.id = p.id
        WHERE NOT e.archived AND (p.title, p.body) = (e.title, e.body) AND p.identity_key <> e.identity_key""",
}


async def proposed(database: Database) -> list[UUID]:
    """Two topics, an atom that belongs to one of them, two atoms that say the same, and two by the agent."""
    topics = [draft(Kind.TOPIC) for _ in range(2)]
    twins = [draft(title=f"Twin of {topics[0].id}", body="The same.") for _ in range(2)]
    ids = await propose(database, [*topics, draft(topic_name=topics[0].title), *twins])
    return [*ids, *await propose(database, [draft(), draft(Kind.TOPIC)], actor=BOT)]


async def attempt(database: Database, *what: Any) -> None:
    """What is refused as a whole is as if it had never been asked."""
    with contextlib.suppress(AssayError):
        await act(database, *what)


async def act(database: Database, ids: list[UUID], what: str, which: list[int], target: int, actor: Actor) -> None:
    chosen = [ids[each] for each in dict.fromkeys(which)]
    async with database.transaction() as session:
        match what:
            case "approve" | "with_topics":
                await actions.approve(session, chosen, actor=actor, with_topics=what == "with_topics")
            case "merge":
                await merging.merge(session, dict.fromkeys(chosen, ids[target]), actor=actor)
            case "expire":
                await expiry.expire(session, chosen, actor=SYSTEM, days=30)
            case "edit":
                words = {"title": f"Said {target % 3}", "body": "The same."}
                await edit(session, dict.fromkeys(chosen, words), weigh=weighed, actor=actor)
            case "merge_entities":
                take = {"title": Choice.TAKE} if target % 2 else {}
                await knowledge.merge(session, dict.fromkeys(chosen, ids[target]), actor=actor, choices=take)
            case "unmerge":
                await knowledge.unmerge(session, chosen, actor=actor)
            case "restore":
                await restore(session, KINDS[which[0]], chosen[0], target % 4 + 1, actor=actor)
            case _:
                await getattr(actions, what)(session, chosen, actor=actor)


async def play(
    database_url: str, known: list[int], interleaving: list[list[tuple[str, list[int], int, Actor]]]
) -> None:
    database = Database(database_url)
    try:
        async with database.transaction() as session:
            for actor in (ANA, BOT):
                await session.merge(User(id=actor.user_id, name=actor.name, kind=actor.kind))
        ids = await proposed(database)
        await attempt(database, ids, "with_topics", known, 0, SYSTEM)
        for together in interleaving:
            await asyncio.gather(*(attempt(database, ids, *each) for each in together))
        async with database.transaction() as session:
            told, stored = await replay.from_log(session), await replay.from_tables(session)
            assert told == stored
            assert replay.knowledge(told) == await replay.live_entities(session)
            wrong = {name: (await session.execute(text(query))).all() for name, query in INCONSISTENT.items()}
            assert {name: found for name, found in wrong.items() if found} == {}
    finally:
        await database.close()


@example(
    known=[*range(NUMBER)],
    interleaving=[
        [("merge_entities", [2], 3, ANA)],
        [("unmerge", [2], 0, ANA), ("edit", [4], 1, ANA), ("restore", [0], 0, ANA)],
        [("merge_entities", [3], 2, ANA)],
        [("restore", [2], 1, ANA), ("unmerge", [3], 0, SYSTEM), ("revert", [2, 3], 0, ANA)],
    ],
)
@given(known=knowns, interleaving=interleavings)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_leaves_a_consistent_state_that_the_log_tells(database_url, known, interleaving):
    asyncio.run(play(database_url, known, interleaving))


@pytest.mark.soak
@given(known=knowns, interleaving=interleavings)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_interleavings(database_url, known, interleaving):
    asyncio.run(play(database_url, known, interleaving))
