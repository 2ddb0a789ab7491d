"""What says the same as one thing is one thing to decide."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.builders import BOTH_KINDS, draft, get, propose, rows, scalar
from tests.duplicates.helpers import HandMadeEmbedder, arrive, known, scanned

from assay.db.models import DedupState, ProposalStatus
from assay.duplicates import groups
from assay.duplicates.groups import Flagged, stars
from assay.errors import NotFound
from assay.kinds import AtomType, Kind, LinkType
from assay.proposals.drafts import ProposedLink

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


def flagged(proposal_id: UUID, *likes: tuple[UUID, float], entity: bool = False) -> Flagged:
    found = [
        {"id": str(each), "title": "x", "is_entity": entity, "score": score, "type": "semantic"}
        for each, score in likes
    ]
    return Flagged(proposal_id, Kind.ATOM, "x", found)


def shape(found: list[groups.Group]) -> dict[UUID, list[UUID]]:
    return {group.id: [member.id for member in group.members] for group in found}


def test_a_chain_is_never_one_group():
    a, b, c, d = (uuid4() for _ in range(4))
    assert shape(stars([flagged(b, (a, 0.9)), flagged(c, (b, 0.9))])) == {a: [b]}
    assert shape(stars([flagged(b, (a, 0.9)), flagged(c, (b, 0.9)), flagged(d, (c, 0.9))])) == {a: [b], c: [d]}


def test_each_is_in_the_group_of_its_best_centre():
    a, b, c, d = (uuid4() for _ in range(4))
    found = stars([flagged(b, (a, 0.9)), flagged(d, (b, 0.99), (c, 0.9), (a, 0.88))])
    assert shape(found) == {a: [b], c: [d]}
    assert shape(stars([flagged(c, (b, 0.95), (a, 0.9)), flagged(d, (a, 0.86), entity=True)])) == {b: [c], a: [d]}


@pytest.mark.parametrize(
    ("link", "stays"),
    [
        (LinkType.SOLVES, "solves it"),
        (LinkType.CONTRADICTS, "contradicts it"),
        (LinkType.SUPPORTS, None),
        (None, None),
    ],
)
def test_what_solves_or_contradicts_something_is_not_merged_into_it(link, stays):
    a, b = uuid4(), uuid4()
    like = flagged(b, (a, 0.9))
    [group] = stars([replace(like, links={a: link} if link else {})])
    assert group.members[0].stays == stays


def test_what_solves_one_member_is_not_merged_with_it_into_the_centre():
    a, b, c = uuid4(), uuid4(), uuid4()
    for like in (flagged(b, (a, 0.9)), flagged(b, (a, 0.9), entity=True)):
        solution = replace(flagged(c, (a, 0.94)), links={b: LinkType.SOLVES})
        [group] = stars([like, solution])
        assert [member.stays for member in group.members] == [None, "solves it"]


def test_what_is_an_update_of_something_nearer_is_not_merged_into_something_else():
    a, b, c = uuid4(), uuid4(), uuid4()
    newest = flagged(c, (b, 0.99), (a, 0.88))
    nearest, other = newest.likes
    newest = replace(newest, likes=[{**nearest, "type": "update"}, other])
    [group] = stars([flagged(b, (a, 0.87)), newest])
    assert [(member.id, member.stays) for member in group.members] == [(b, None), (c, f"is an update of {str(b)[-8:]}")]


async def crowd(database, kind):
    """One thing said three times, once with another number, and something that is like a member only."""
    near = {"It was said": [1.0], "This was said": [1.0, 0.1], "That was said": [1.0, 0.12], "Elsewhere": [0.0, 1.0]}
    embedder = HandMadeEmbedder(near)
    ids = await arrive(database, embedder, *(draft(kind, title, body="It is so.") for title in near))
    await scanned(database, embedder, *ids)
    return ids


@kinds
@pytest.mark.parametrize(("rest", "status"), [("merge", ProposalStatus.MERGED), ("reject", ProposalStatus.REJECTED)])
async def test_a_group_is_decided_at_once(database, ana, kind, rest, status):
    centre, *others, elsewhere = await crowd(database, kind)
    async with database.transaction() as session:
        [group] = await groups.grouped(session)
        assert (group.id, group.is_entity, [each.id for each in group.members]) == (centre, False, others)
        outcomes = await groups.decide(session, centre, rest=rest, actor=ana)
    assert [(each.id, each.done) for each in outcomes] == [(each, True) for each in (centre, *others)]
    found = [(await get(database, each)).status for each in (centre, *others, elsewhere)]
    assert found == [ProposalStatus.APPROVED, status, status, ProposalStatus.PENDING]
    async with database.transaction() as session:
        assert await groups.grouped(session) == []


async def test_with_its_topic_a_group_of_a_topic_that_waits_is_decided(database, ana):
    centre, *others, _ = await crowd(database, Kind.ATOM)
    [topic] = await propose(database, [draft(Kind.TOPIC, "Where it was said")])
    await rows(database, "UPDATE proposals SET topic_proposal_id = :t WHERE id = :c RETURNING 1", t=topic, c=centre)
    async with database.transaction() as session:
        outcomes = await groups.decide(session, centre, rest="merge", actor=ana, with_topics=True)
    assert {each.id for each in outcomes if each.done} >= {centre, *others}
    assert (await get(database, topic)).status is ProposalStatus.APPROVED


async def test_the_default_merge_puts_no_solution_into_its_own_problem(database, ana):
    titles = {"Webhooks are processed twice": [1.0], "Webhooks get processed twice": [1.0, 0.1]}
    solved = "Webhooks processed twice since Pennyfold retries for 24 hours"
    problem, again = (draft(title=each, body="", atom_type=AtomType.PROBLEM) for each in titles)
    links = [ProposedLink(again.id, LinkType.SOLVES, 1.0)]
    solution = draft(title=solved, body="", atom_type=AtomType.SOLUTION, links=links)
    embedder = HandMadeEmbedder({**titles, solved: [1.0, 0.12]})
    ids = await arrive(database, embedder, problem, again, solution)
    await scanned(database, embedder, *ids)
    async with database.transaction() as session:
        outcomes = await groups.decide(session, problem.id, rest="merge", actor=ana)
    assert [each.id for each in outcomes if each.done] == [problem.id, again.id]
    assert (await get(database, solution.id)).status is ProposalStatus.PENDING
    assert await scalar(database, "SELECT body FROM entities WHERE NOT archived") == ""


async def test_what_says_something_else_stays(database, ana):
    title = "Sessions expire after {} minutes of inactivity"
    embedder = HandMadeEmbedder({title.format(minutes): [1.0, minutes / 1000] for minutes in (30, 60)})
    [entity] = await known(database, embedder, draft(title=title.format(30), body=""))
    [update] = await arrive(database, embedder, draft(title=title.format(60), body=""))
    await scanned(database, embedder, update)
    async with database.transaction() as session:
        assert await groups.decide(session, entity, rest="merge", actor=ana) == []
    assert (await get(database, update)).dedup_state is DedupState.DUPLICATE


async def test_there_must_be_such_a_group(database, ana):
    async with database.transaction() as session:
        with pytest.raises(NotFound, match="no group"):
            await groups.decide(session, uuid4(), rest="merge", actor=ana)
