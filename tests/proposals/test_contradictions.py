"""What questions knowledge is shown beside it."""

import pytest
from tests.builders import draft
from tests.duplicates.helpers import arrive, known, scanned

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.kinds import Kind, LinkType
from assay.proposals import actions, contradictions, queries
from assay.proposals.drafts import ProposedLink
from assay.web.views import entity_detail

pytestmark = pytest.mark.anyio

SIDES = [f"Pennyfold retries failed payment webhooks of every customer for {hours} hours" for hours in (24, 72)]


async def test_knowledge_shows_what_questions_it_until_that_is_decided(database):
    embedder = HashEmbedder()
    [atom] = await known(database, embedder, draft(title=SIDES[0], body=""))
    [newer, other] = await arrive(database, embedder, draft(title=SIDES[1], body=""), draft())
    await scanned(database, embedder, newer, other)
    async with database.transaction() as session:
        assert await _questions(session, atom) == [(newer, SIDES[1])]
        assert await contradictions.superseded_by(session, await queries.get(session, newer)) == atom
        await actions.reject(session, [newer], actor=SYSTEM)
        assert await _questions(session, atom) == []


async def _questions(session, atom):
    detail = await entity_detail.detail(session, Kind.ATOM, atom)
    return [tuple(each) for each in detail["questioned_by"]]


async def test_a_newer_one_offers_to_take_the_place_of_what_is_approved(database, ana):
    embedder = HashEmbedder()
    [old] = await known(database, embedder, draft(title="The nightly backup runs at 02:00 UTC"))
    newer = draft(title="The nightly backup runs at 04:00 UTC", links=[ProposedLink(old, LinkType.CONTRADICTS, 1.0)])
    [new, other] = await arrive(database, embedder, newer, draft())
    assert [await offered(database, each) for each in (new, other)] == [old, None]
    async with database.transaction() as session:
        assert (await actions.revert(session, [old], actor=ana))[0].done
    assert await offered(database, new) is None
    async with database.transaction() as session:
        assert (await actions.approve(session, [new], actor=ana))[0].done


async def offered(database, proposal_id):
    async with database.transaction() as session:
        return await contradictions.superseded_by(session, await queries.get(session, proposal_id))
