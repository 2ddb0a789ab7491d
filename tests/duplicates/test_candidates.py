"""The search: nothing near is hidden by a filter, an index or another row."""

from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.builders import BOTH_KINDS, draft, get, propose, rows
from tests.duplicates.helpers import HandMadeEmbedder, arrive, known, scanned

from assay.ai.embedder import Vectors
from assay.db.engine import Database
from assay.db.models import DedupState
from assay.duplicates import candidates, scan, vectors
from assay.duplicates.measure import trigram_similarity
from assay.duplicates.sql import candidates as sql
from assay.errors import InvalidInput
from assay.kinds import Kind

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

DIMENSIONS = 64


class CloudEmbedder:
    """Scatters titles around a few centres, so that neighbours are many and near."""

    model = "cloud"
    dimensions = DIMENSIONS

    def __init__(self, centres: int, spread: float) -> None:
        self._random = np.random.default_rng(7)
        self._centres = self._random.standard_normal((centres, DIMENSIONS))
        self._spread = spread

    async def embed(self, texts: Sequence[str]) -> Vectors:
        nearest = self._centres[self._random.integers(len(self._centres), size=len(texts))]
        drawn = nearest + self._spread * self._random.standard_normal((len(texts), DIMENSIONS))
        vectors: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
        return vectors


NOTHING_MORE = dict.fromkeys(Kind, 2.0)
"""A reach beyond all cosines."""


async def find(
    database: Database, embedder, *ids, by_index: bool = False, min_cosine=NOTHING_MORE
) -> list[candidates.Candidate]:
    """`by_index`: as the planner would in a large table."""
    async with database.transaction() as session:
        if by_index:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            await session.execute(text("SET LOCAL enable_sort = off"))
        await candidates.prepare(session)
        return await candidates.find(
            session, ids, model=embedder.model, dimensions=embedder.dimensions, min_cosine=min_cosine
        )


@kinds
async def test_an_entity_is_found_among_hundreds_of_younger_proposals_that_are_nearer(database, kind):
    near = {f"Younger {number}": [1.0, 0.001 * number] for number in range(300)}
    embedder = HandMadeEmbedder({"Entity": [1.0, 0.5], "Asks": [1.0], **near})
    [each] = await arrive(database, embedder, draft(kind, "Asks"))
    await arrive(database, embedder, *(draft(kind, title) for title in near))
    [entity] = await known(database, embedder, draft(kind, "Entity"))
    for by_index in (False, True):
        found = await find(database, embedder, each, by_index=by_index)
        assert [candidate.id for candidate in found] == [entity]


@kinds
async def test_the_search_by_index_finds_what_an_exact_search_finds(database, kind):
    embedder = CloudEmbedder(centres=40, spread=0.4)
    other = next(each for each in BOTH_KINDS if each is not kind)
    await known(database, embedder, *(draft(kind) for _ in range(200)))
    await arrive(database, embedder, *(draft(other) for _ in range(200)))
    ids = await arrive(database, embedder, *(draft(kind) for _ in range(60)))
    exact = await rows(
        database,
        """SELECT a.subject_id, near.subject_id FROM embeddings a CROSS JOIN LATERAL (
            SELECT b.subject_id FROM embeddings b WHERE b.seq < a.seq AND b.kind = a.kind
            ORDER BY (b.vector <=> a.vector) + 0 LIMIT 5) near WHERE a.subject_id = ANY(:ids)""",
        ids=ids,
    )
    assert len(exact) == 5 * len(ids)
    for by_index in (False, True):
        found = {(each.proposal_id, each.id) for each in await find(database, embedder, *ids, by_index=by_index)}
        assert len(found & {tuple(pair) for pair in exact}) / len(exact) >= 0.98


async def test_a_large_table_is_searched_by_its_index(database):
    embedder = CloudEmbedder(centres=40, spread=0.4)
    await arrive(database, embedder, *(draft() for _ in range(1000)))
    async with database.transaction() as session:
        await session.execute(text("ANALYZE embeddings"))
    statement = f"EXPLAIN {sql.candidates(embedder.model, DIMENSIONS)}"
    plan = await rows(database, statement, ids=[], model=embedder.model, min_cosine="{}")
    assert vectors.index_name(Kind.ATOM, embedder.model, DIMENSIONS) in "\n".join(line for (line,) in plan)


@pytest.mark.parametrize(("vectors_known", "breadth"), [(-1, "40"), (10_000, "40"), (1_000_000, "250"), (2e7, "1000")])
async def test_a_larger_graph_is_searched_more_widely(database, vectors_known, breadth):
    async with database.transaction() as session:
        await session.execute(
            text("""SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'embeddings',
                'reltuples', CAST(:number AS real))"""),
            {"number": vectors_known},
        )
        await candidates.prepare(session)
        assert await session.scalar(text("SHOW hnsw.ef_search")) == breadth


SPARE_PART = "SR-2023-052 pump"


@kinds
async def test_a_title_that_is_spelled_alike_is_found_beyond_the_nearest(database, kind):
    crowd = {f"Nearer {number}": [1.0, 0.001 * number] for number in range(12)}
    embedder = HandMadeEmbedder({SPARE_PART: [1.0, 0.5], f"{SPARE_PART}s": [1.0], **crowd})
    await known(database, embedder, *(draft(kind, title) for title in crowd))
    [entity] = await known(database, embedder, draft(kind, SPARE_PART))
    [each] = await arrive(database, embedder, draft(kind, f"{SPARE_PART}s"))
    found = {candidate.id: candidate for candidate in await find(database, embedder, each)}
    assert len(found) == sql.PER_SEARCH + 1
    assert found[entity].trigram == pytest.approx(trigram_similarity(SPARE_PART, f"{SPARE_PART}s"))


async def test_a_topic_is_its_name_and_is_found_by_its_letters_however_far_its_meaning(database):
    far = HandMadeEmbedder({SPARE_PART: [0, 1.0], f"{SPARE_PART}s": [1.0], "Crowd": [1.0]})
    await known(database, far, *(draft(Kind.TOPIC, f"Crowd. {number}") for number in range(sql.NEIGHBOURS + 5)))
    [entity] = await known(database, far, draft(Kind.TOPIC, SPARE_PART))
    [each] = await arrive(database, far, draft(Kind.TOPIC, f"{SPARE_PART}s"))
    found = {candidate.id: candidate for candidate in await find(database, far, each)}
    assert found[entity].cosine == pytest.approx(0, abs=1e-3)
    await rows(database, "DELETE FROM embeddings WHERE subject_id = :id RETURNING 1", id=entity)
    found = {candidate.id: candidate for candidate in await find(database, far, each)}
    assert found[entity].cosine is None


@kinds
async def test_everything_within_reach_is_a_candidate(database, kind):
    crowd = {f"Near {number}": [1.0, 0.05 * number] for number in range(12)}
    embedder = HandMadeEmbedder({"Asks": [1.0], **crowd})
    await known(database, embedder, *(draft(kind, title) for title in crowd))
    [each] = await arrive(database, embedder, draft(kind, "Asks"))
    assert len(await find(database, embedder, each)) == sql.PER_SEARCH
    found = await find(database, embedder, each, min_cosine=dict.fromkeys(Kind, 0.9))
    assert len(found) == sum(1 / (1 + (0.05 * number) ** 2) ** 0.5 >= 0.9 for number in range(12))


async def test_the_exact_twin_is_found_among_many_of_its_title(database, embedder):
    crowd = [draft(Kind.ATOM, "Decision", body=f"Something else, number {number}.") for number in range(40)]
    entities = await known(database, embedder, *crowd)
    [each] = await arrive(database, embedder, draft(Kind.ATOM, "decision", body=crowd[23].body))
    assert [found.id for found in await find(database, embedder, each) if found.identical] == [entities[23]]


async def test_archived_entities_and_decided_proposals_are_no_candidates(database, embedder):
    [archived] = await known(database, embedder, draft(title="One", body="The very same words."))
    [pending] = await arrive(database, embedder, draft(title="Two", body="The very same words."))
    await rows(database, "UPDATE entities SET archived = true RETURNING 1")
    await rows(
        database,
        "UPDATE proposals SET status = 'rejected', reviewed_at = now() WHERE id = :id RETURNING 1",
        id=pending,
    )
    [each] = await arrive(database, embedder, draft(title="Three", body="The very same words."))
    await scanned(database, embedder, each)
    assert archived
    assert (await get(database, each)).dedup_state is DedupState.CLEAR


async def test_an_index_is_made_once_per_kind_and_model(database, embedder):
    for _ in range(2):
        async with database.transaction() as session:
            await vectors.ensure_indexes(session, "some-model_1.5", 384)
            await vectors.ensure_indexes(session, "other", 8)
    found = await rows(database, "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%hnsw%'")
    assert {name for name, _ in found} == {
        vectors.index_name(kind, model, dimensions)
        for kind in Kind
        for model, dimensions in (("some-model_1.5", 384), ("other", 8))
    }
    assert all("halfvec_cosine_ops" in definition for _, definition in found)


@pytest.mark.parametrize(("model", "dimensions"), [("a' OR true --", 8), ("BAAI/bge", 8), ("", 8), ("fine", 5000)])
async def test_a_model_that_does_not_fit_is_refused_with_a_sentence(model, dimensions):
    async with AsyncSession() as session:
        with pytest.raises(InvalidInput, match="The embedding model"):
            await vectors.ensure_indexes(session, model, dimensions)


async def test_a_text_that_changed_or_was_put_away_while_it_was_embedded_gets_no_vector(database, embedder):
    kept, changed, gone = await propose(database, [draft(), draft(), draft()])
    async with database.transaction() as session:
        subjects = await vectors.missing(session, embedder.model, 10)
    assert [subject.id for subject in subjects] == [kept, changed, gone]
    await rows(database, "UPDATE proposals SET body = 'Something else.' WHERE id = :id RETURNING 1", id=changed)
    await rows(
        database, "UPDATE proposals SET status = 'rejected', reviewed_at = now() WHERE id = :id RETURNING 1", id=gone
    )
    async with database.transaction() as session:
        embedded = await embedder.embed([subject.text for subject in subjects])
        assert await vectors.write(session, embedder.model, subjects, embedded) == 1
    assert await rows(database, "SELECT subject_id FROM embeddings") == [(kept,)]
    assert await scan.embed_missing(database, embedder, 10) == 1


async def test_stored_vectors_keep_their_direction(database, embedder):
    [each] = await arrive(database, embedder, draft())
    [subject] = await rows(database, "SELECT title, body FROM proposals")
    [(stored,)] = await rows(database, "SELECT vector::text FROM embeddings")
    [given] = await embedder.embed([vectors.Unembedded(each, Kind.ATOM, *subject).text])
    kept = np.array([float(value) for value in stored.strip("[]").split(",")])
    assert given @ kept / np.linalg.norm(kept) > 0.9999


async def test_the_measure_knows_the_trigrams_of_the_database(database):
    pairs = [("Upgrade Kafka to 3.4.0", "upgrade kafka 3.4"), ("Backups", "backup"), ("", "x"), ("a-b c", "b a_c")]
    for one, other in pairs:
        [(expected,)] = await rows(database, "SELECT similarity(:one, :other)", one=one, other=other)
        assert trigram_similarity(one, other) == pytest.approx(expected, abs=1e-6)
