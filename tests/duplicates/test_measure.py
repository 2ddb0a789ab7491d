"""What share of the verdicts is right, on pairs that people have labelled."""

import gzip
import json
from pathlib import Path

import pytest

from assay.ai.fakes import HashEmbedder
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.duplicates.measure import Pair, Quality, measure
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio

SAME = Pair(("Use Kafka", "We decided to use Kafka."), ("use kafka", "We decided to use Kafka!"), same=True)
OTHER = Pair(("Use Kafka", "We decided to use Kafka."), ("Retro moves", "The retro is on Thursday."), same=False)
UPDATE = Pair(
    ("Keys expire", "All keys of all services expire after 30 days in every region."),
    ("Keys expire", "All keys of all services expire after 60 days in every region."),
    same=False,
)


def labelled(folder: Path, name: str) -> list[Pair]:
    file = folder / "pairs" / f"{name}.jsonl.gz"
    if not file.is_file():
        pytest.skip("the labelled pairs are not beside this checkout")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [
            Pair((row["title1"], row["text1"]), (row["title2"], row["text2"]), bool(row["label"]))
            for row in map(json.loads, lines)
        ]


@pytest.fixture(scope="session")
async def offline() -> OfflineEmbedder:
    embedder = OfflineEmbedder()
    try:
        await embedder.embed(["Is the model there?"])
    except Unavailable as error:
        pytest.skip(str(error))
    return embedder


async def test_right_and_wrong_are_counted():
    missed = Pair(OTHER.first, OTHER.second, same=True)
    quality = await measure([SAME, OTHER, UPDATE, missed], HashEmbedder(), threshold=0.85)
    assert quality == Quality(4, hits=1, false_alarms=1, misses=1, updates=1, updates_among_duplicates=0)
    assert (quality.accuracy, quality.precision, quality.recall, quality.f1) == (0.5, 0.5, 0.5, 0.5)


async def test_an_update_may_count_as_another_statement():
    quality = await measure([SAME, OTHER, UPDATE], HashEmbedder(), threshold=0.85, updates_count=False)
    assert (quality.accuracy, quality.precision, quality.recall) == (1, 1, 1)


async def test_no_pairs_are_no_quality():
    quality = await measure([], HashEmbedder(), threshold=0.85)
    assert (quality.accuracy, quality.precision, quality.recall, quality.f1) == (0, 0, 0, 0)


async def test_restated_knowledge_is_recognised(shared_data, offline):
    quality = await measure(labelled(shared_data, "authored"), offline, threshold=0.85)
    assert quality.pairs == 120
    assert quality.accuracy >= 0.97
    assert quality.precision >= 0.95
    assert quality.recall >= 0.95
    assert quality.updates_among_duplicates == 0


async def test_bug_reports_against_their_nearest_neighbours_are_harder(shared_data, offline):
    """Their duplicates share a cause, not a statement: no model we measured gets further."""
    quality = await measure(labelled(shared_data, "gitbugs"), offline, threshold=0.85, updates_count=False)
    assert quality.pairs == 198
    assert quality.accuracy >= 0.77
    assert quality.precision >= 0.79
