"""Approvals by the system that did not last are counted by reason."""

import pytest
from sqlalchemy import text
from tests.builders import draft, propose, rows
from tests.query_plans import executed

from assay.audit.actor import SYSTEM
from assay.kinds import Kind, LinkType
from assay.proposals import actions
from assay.proposals.drafts import ProposedLink
from assay.proposals.reversals import TakenBack, taken_back

pytestmark = pytest.mark.anyio


async def counted(database) -> TakenBack:
    async with database.transaction() as session:
        return (await taken_back(session)).get(Kind.ATOM, TakenBack())


async def approved(database, *drafts, by=SYSTEM):
    ids = await propose(database, drafts)
    async with database.transaction() as session:
        await actions.approve(session, ids, actor=by)
    return ids


async def test_what_stands_was_not_taken_back(database):
    await approved(database, draft(), draft(Kind.TOPIC))
    assert await counted(database) == TakenBack()


async def test_what_a_person_undid_is_reverted_or_superseded_and_what_they_approved_counts_as_neither(database, ana):
    plain, old, new = await approved(database, draft(), draft(), draft())
    [own] = await approved(database, draft(), by=ana)
    change = "UPDATE proposals SET similar_entity_id = :old, similarity_type = 'update', similarity_score = 0.9"
    await rows(database, f"{change} WHERE id = :new RETURNING id", old=old, new=new)
    async with database.transaction() as session:
        assert all(each.done for each in await actions.revert(session, [plain, old, own], actor=ana))
    assert await counted(database) == TakenBack(reverted=1, superseded=1)


async def test_what_somebody_spoke_against_is_disputed_until_they_are_found_wrong(database, ana):
    atom, other = await approved(database, draft(), draft())
    against = [
        draft(title=f"Disputed: {number}", links=[ProposedLink(atom, LinkType.CONTRADICTS, 1.0)]) for number in range(2)
    ]
    also = draft(links=[ProposedLink(other, LinkType.SUPPORTS, 1.0)])
    *objections, _ = await propose(database, [*against, also])
    assert await counted(database) == TakenBack(disputed=1)
    async with database.transaction() as session:
        await actions.reject(session, objections, actor=ana)
    assert await counted(database) == TakenBack()


async def test_it_reads_nothing_of_what_lasted(database):
    await approved(database, *(draft() for _ in range(200)))
    async with database.transaction() as session, executed(session) as statements:
        await taken_back(session)
        await session.execute(text("SELECT 1"))
    assert sum(each.rows for each in statements) < 20, statements
