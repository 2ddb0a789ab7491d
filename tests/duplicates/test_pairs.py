"""Approved knowledge that says the same twice is found as proposals are, once, and shown to people only."""

import pytest
from tests.builders import BOTH_KINDS, draft, propose, rows, scalar
from tests.duplicates.helpers import HandMadeEmbedder, known

from assay.audit.actor import SYSTEM
from assay.db.models import SimilarityType
from assay.duplicates import pairs, scan
from assay.errors import NotFound
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.proposals import actions

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)


async def looked(database, embedder, threshold=0.85, limit=100):
    """Everything that is owed. Returns how many were looked at."""
    count = 0
    while True:
        async with database.transaction() as session:
            ids = await pairs.next_batch(session, model=embedder.model, threshold=threshold, limit=limit)
            await pairs.look(session, ids, model=embedder.model, threshold=threshold)
        if not ids:
            return count
        count += len(ids)


async def listed(database, kind=None):
    async with database.transaction() as session:
        return (await pairs.page(session, kind=kind, limit=100))[0]


async def approved(database, embedder, kind, *titles):
    """Knowledge that says the same at length, but for what is called Mirror."""
    said = "The booked amounts are kept in Postgres, copied every night, and checked against the bank each morning."
    bodies = {"Mirror": "Nobody knows how it works any more."}
    return await known(database, embedder, *(draft(kind, each, body=bodies.get(each, said)) for each in titles))


@kinds
@pytest.mark.parametrize("limit", [1, 100])
async def test_two_that_say_the_same_are_one_pair_the_older_first_with_the_reason(database, embedder, kind, limit):
    old, _, new = await approved(database, embedder, kind, "Ledger storage", "Mirror", "Ledger storages")
    await approved(database, embedder, *(each for each in BOTH_KINDS if each is not kind), "Ledger storage")
    assert await looked(database, embedder, limit=limit) == 4
    [pair] = await listed(database)
    assert (pair.kind, pair.first.id, pair.second.id) == (kind, old, new)
    assert "Ledger storage" in pair.explanation
    assert await looked(database, embedder) == 0


async def test_a_pair_that_differs_in_a_fact_is_shown_as_an_update_after_those_that_say_the_same(database):
    vectors = {title: [1.0] for title in ("Retries wait 30 s", "Retries wait 60 s", "Retries wait thirty seconds")}
    embedder = HandMadeEmbedder(vectors)
    await known(database, embedder, *(draft(title=title, body=title) for title in vectors))
    await looked(database, embedder)
    found = await listed(database)
    update = next(each for each in found if each.type is SimilarityType.UPDATE)
    assert "30" in update.explanation
    assert "60" in update.explanation
    assert update.first.title == "Retries wait 30 s"
    types = [each.type is SimilarityType.UPDATE for each in found]
    assert types == sorted(types)


@kinds
async def test_a_pending_proposal_is_no_part_of_a_pair(database, embedder, kind):
    await approved(database, embedder, kind, "Ledger storage")
    await propose(database, [draft(kind, "Ledger storages", body="The booked amounts are kept in Postgres.")])
    await scan.embed_missing(database, embedder, 100)
    assert await looked(database, embedder) == 1
    assert await listed(database) == []


@kinds
async def test_what_a_person_told_apart_does_not_come_back_until_the_words_change(database, embedder, ana, kind):
    old, new = await approved(database, embedder, kind, "Ledger storage", "Ledger storages")
    await looked(database, embedder)
    async with database.transaction() as session:
        await pairs.dismiss(session, new, old, actor=ana, notes="Two ledgers.")
    assert await listed(database) == []
    assert await looked(database, embedder, threshold=0.8) == 2  # another threshold looks at all of them
    assert await listed(database) == []
    assert await scalar(database, "SELECT count(*) FROM audit_log WHERE action = 'entity.not_duplicate'") == 1
    await _reword(
        database,
        embedder,
        new,
        "The booked amounts are kept in Postgres, copied every night, and checked against the bank.",
    )
    assert await looked(database, embedder, threshold=0.8) == 1
    assert [each.second.id for each in await listed(database)] == [new]
    async with database.transaction() as session:
        with pytest.raises(NotFound, match="are not marked as similar"):
            await pairs.dismiss(session, old, old, actor=ana, notes=None)


async def _reword(database, embedder, entity, body):
    statement = "UPDATE entities SET body = :body WHERE id = :id RETURNING id"
    await rows(database, statement, body=body, id=entity)
    await rows(database, "DELETE FROM embeddings WHERE subject_id = :id RETURNING 1", id=entity)
    await scan.embed_missing(database, embedder, 100)


@kinds
async def test_a_pair_that_was_merged_is_gone_and_returns_when_that_is_undone(database, embedder, kind):
    old, new = await approved(database, embedder, kind, "Ledger storage", "Ledger storages")
    await looked(database, embedder)
    async with database.transaction() as session:
        [done] = await knowledge.merge(session, {new: old}, actor=SYSTEM)
    assert done.done
    assert await listed(database) == []
    async with database.transaction() as session:
        await knowledge.unmerge(session, [new], actor=SYSTEM)
    assert len(await listed(database, kind)) == 1


async def test_nothing_is_looked_at_while_something_could_not_be_found(database, embedder):
    await approved(database, embedder, Kind.ATOM, "Ledger storage", "Ledger storages")
    [late] = await propose(database, [draft()])
    async with database.transaction() as session:
        await actions.approve(session, [late], actor=SYSTEM)
    assert await looked(database, embedder) == 0
    await scan.embed_missing(database, embedder, 100)
    assert await looked(database, embedder) == 3
