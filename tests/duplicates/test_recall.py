"""Everything that an exact search finds at or above the threshold is found, at any size."""

import os

import pytest
from benchmarks.generated_data import MODEL, exact, fill, like_language
from tests.builders import rows
from tests.duplicates.helpers import HandMadeEmbedder, scanned

from assay.duplicates import scale
from assay.duplicates.scale import Scale

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(7200)]

THRESHOLD = 0.85
POINT = 0.8
PROPOSALS = 200
LARGER = os.environ.get("ASSAY_LOAD_ENTITIES", "100000").split()
"""More of them, such as "100000 1000000", for machines with an hour to spare."""
SIZES = [10_000, *(pytest.param(int(size), marks=pytest.mark.load) for size in LARGER)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_an_exact_search_finds_is_found(database, size, monkeypatch):
    monkeypatch.setitem(scale.OPERATING_COSINE, MODEL, {"all": POINT})
    crowd = await fill(database, await like_language(), entities=size, proposals=PROPOSALS)
    await scanned(database, HandMadeEmbedder({}, model=MODEL), *crowd.proposals, threshold=THRESHOLD)
    near = exact(crowd, Scale.of(MODEL), THRESHOLD)
    found = {each for (each,) in await rows(database, "SELECT id FROM proposals WHERE dedup_state = 'duplicate'")}
    assert len(near) >= 0.1 * PROPOSALS
    assert near == found, f"{len(near - found)} of {len(near)} were missed, {len(found - near)} too many"
