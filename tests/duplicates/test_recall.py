"""Everything that an exact search finds at or above the threshold is found, at any size."""

import os

import numpy as np
import pytest
from benchmarks.crowd import MODEL, fill
from tests.builders import rows
from tests.duplicates.lab import HandMadeEmbedder, scanned

from assay.db.engine import Database
from assay.duplicates import scale
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import MOST_GAIN, scores
from assay.duplicates.statement import Statement
from assay.kinds import Kind

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(7200)]

THRESHOLD = 0.85
POINT = 0.8
PROPOSALS = 200
LARGER = os.environ.get("ASSAY_LOAD_ENTITIES", "100000").split()
"""More of them, such as "100000 1000000", for machines with an hour to spare."""
SIZES = [10_000, *(pytest.param(int(size), marks=pytest.mark.load) for size in LARGER)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_an_exact_search_finds_is_found(database, size, monkeypatch):
    monkeypatch.setitem(scale.OPERATING_COSINE, MODEL, POINT)
    crowd = await fill(database, entities=size, proposals=PROPOSALS)
    await scanned(database, HandMadeEmbedder({}, model=MODEL), *crowd.proposals, threshold=THRESHOLD)
    near = await exact(database, crowd)
    found = await flagged(database)
    assert len(near) >= 0.15 * PROPOSALS
    assert near == found, f"{len(near - found)} of {len(near)} were missed, {len(found - near)} too many"


async def exact(database: Database, crowd) -> set:
    """Proposals that an entity or an earlier proposal repeats, by comparing with everything that is near enough."""
    ids = [*crowd.entities, *crowd.proposals]
    query, everything = [await vectors_of(database, some) for some in (crowd.proposals, ids)]
    cosines = query @ everything.T
    later = np.triu(np.ones((len(query), len(query)), dtype=bool))
    cosines[:, len(crowd.entities) :][later] = -1
    places = np.argwhere(cosines >= POINT - MOST_GAIN)
    words = await statements_of(database, {ids[there] for _, there in places} | set(crowd.proposals))
    pairs = [(words[crowd.proposals[here]], words[ids[there]]) for here, there in places]
    near = [float(cosines[here, there]) for here, there in places]
    scored = scores(Scale.of(MODEL), pairs, near, [0.0] * len(pairs), THRESHOLD)
    return {proposal.id for (proposal, _), score in zip(pairs, scored, strict=True) if score >= THRESHOLD}


async def statements_of(database: Database, ids):
    found = await rows(
        database, "SELECT id, kind, title, body, identity_key FROM proposals WHERE id = ANY(:ids)", ids=list(ids)
    )
    return {row.id: Statement(row.id, Kind(row.kind), *row[2:]) for row in found}


async def vectors_of(database: Database, ids):
    found = {
        row.subject_id: np.fromstring(row.vector.strip("[]"), sep=",")
        for row in await rows(
            database, "SELECT subject_id, vector::text FROM embeddings WHERE subject_id = ANY(:ids)", ids=ids
        )
    }
    matrix = np.stack([found[each] for each in ids])
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


async def flagged(database: Database) -> set:
    return {each for (each,) in await rows(database, "SELECT id FROM proposals WHERE dedup_state = 'duplicate'")}
