"""What questions knowledge is shown beside it."""

import pytest
from tests.builders import draft
from tests.duplicates.helpers import arrive, known, scanned

from assay.ai.fakes import HashEmbedder
from assay.audit.actor import SYSTEM
from assay.kinds import Kind
from assay.proposals import actions
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
        await actions.reject(session, [newer], actor=SYSTEM)
        assert await _questions(session, atom) == []


async def _questions(session, atom):
    detail = await entity_detail.detail(session, Kind.ATOM, atom)
    return [tuple(each) for each in detail["questioned_by"]]
