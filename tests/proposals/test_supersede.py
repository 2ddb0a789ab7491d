"""What says something else about the same thing takes the place of what is approved, in one act or not at all."""

import pytest
from tests.builders import draft, get, rows
from tests.duplicates.helpers import arrive, known, scanned

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.db.models import ProposalStatus
from assay.kinds import Kind
from assay.proposals import actions
from assay.proposals.merge import actions as merging
from assay.proposals.reversals import TakenBack, taken_back
from assay.proposals.supersede import supersede

pytestmark = pytest.mark.anyio

SIDES = [f"Pennyfold retries failed payment webhooks of every customer for {hours} hours" for hours in (24, 72)]
LIVE = "SELECT id FROM entities WHERE NOT archived"
TOLD = "SELECT data ->> 'entity_id', data ->> 'other_id' FROM audit_log WHERE action = 'entity.superseded'"


@pytest.fixture
async def sides(database):
    """An atom, and a pending update of it."""
    embedder = HashEmbedder()
    [old] = await known(database, embedder, draft(title=SIDES[0], body=""))
    [new] = await arrive(database, embedder, draft(title=SIDES[1], body=""))
    await scanned(database, embedder, new)
    return old, new


async def superseded(database, new, actor, **more):
    async with database.transaction() as session:
        return (await supersede(session, new, actor=actor, **more))[0]


async def test_the_new_one_stands_the_old_one_is_withdrawn_and_everybody_is_told(database, ana, sides):
    old, new = sides
    assert (await superseded(database, new, ana)).done
    assert await rows(database, LIVE) == [(new,)]
    assert [(await get(database, each)).status for each in sides] == [ProposalStatus.REJECTED, ProposalStatus.APPROVED]
    assert await rows(database, TOLD) == [(str(old), str(new))]
    async with database.transaction() as session:
        assert await taken_back(session) == {Kind.ATOM: TakenBack(superseded=1)}


async def test_it_can_be_taken_back(database, ana, sides):
    old, new = sides
    await superseded(database, new, ana)
    async with database.transaction() as session:
        for act, each in ((actions.revert, new), (actions.reopen, old), (actions.approve, old)):
            assert (await act(session, [each], actor=ana))[0].done
    assert await rows(database, LIVE) == [(old,)]


async def test_where_the_old_one_has_to_stay_nothing_changes(database, ana, sides):
    old, new = sides
    [more] = await arrive(database, HashEmbedder(), draft())
    async with database.transaction() as session:
        assert (await merging.merge(session, {more: old}, actor=ana))[0].done
    refused = await superseded(database, new, ana)
    assert refused.message.startswith("What it would take the place of cannot be withdrawn. Since then")
    assert await rows(database, LIVE) == [(old,)]
    assert (await get(database, new)).status is ProposalStatus.PENDING


async def test_it_is_refused_as_an_approval_is(database, ana, sides):
    _, new = sides
    assert not (await superseded(database, new, ana, versions={new: 7})).done
    [other] = await arrive(database, HashEmbedder(), draft())
    assert (await superseded(database, other, SYSTEM)).message == (
        "It says nothing else than what is approved: approve it."
    )
    assert (await get(database, other)).status is ProposalStatus.PENDING
