"""What share of the verdicts is right, on pairs that people have labelled."""

import pytest
from tests.duplicates.one_fact_edits import ONE_FACT_EDITS

from assay.ai.fakes import HashEmbedder
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.duplicates.interval import wilson
from assay.duplicates.labels import LabelledPair, read_pairs
from assay.duplicates.measure import Quality, measured, quality, quality_by, roc_auc
from assay.duplicates.scale import Scale
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio

SAME = LabelledPair(("Use Kafka", "We decided to use Kafka."), ("use kafka", "We decided to use Kafka!"), same=True)
OTHER = LabelledPair(
    ("Use Kafka", "We decided to use Kafka."), ("Retro moves", "The retro is on Thursday."), same=False
)
UPDATE = LabelledPair(
    ("Keys expire", "All keys of all services expire after 30 days in every region."),
    ("Keys expire", "All keys of all services expire after 60 days in every region."),
    same=False,
)


async def judged(pairs, embedder):
    return await measured(pairs, embedder, Scale.of(embedder.model), 0.85)


async def labelled(folder, name, embedder):
    file = folder / "pairs" / f"{name}.jsonl.gz"
    if not file.is_file():
        pytest.skip("the labelled pairs are not beside this checkout")
    return await judged(read_pairs(file), embedder)


@pytest.fixture(scope="session")
async def offline() -> OfflineEmbedder:
    embedder = OfflineEmbedder()
    try:
        await embedder.embed(["Is the model there?"])
    except Unavailable as error:
        pytest.skip(str(error))
    return embedder


async def test_right_and_wrong_are_counted():
    missed = LabelledPair(OTHER.first, OTHER.second, same=True)
    found = quality(await judged([SAME, OTHER, UPDATE, missed], HashEmbedder()))
    assert found == Quality(4, hits=1, false_alarms=0, misses=1, updates=1, roc_auc=0.625)
    assert [found.accuracy, found.precision, found.recall, found.f1] == pytest.approx([0.75, 1, 0.5, 2 / 3])


async def test_an_update_may_count_as_a_duplicate():
    found = quality(await judged([SAME, OTHER, UPDATE], HashEmbedder()), updates_count=True)
    assert [found.accuracy, found.precision, found.recall] == pytest.approx([2 / 3, 0.5, 1])


async def test_no_pairs_are_no_quality():
    found = quality(await judged([], HashEmbedder()))
    assert (found.accuracy, found.precision, found.recall, found.f1, found.roc_auc) == (0, 0, 0, 0, 0)
    assert found.accuracy_interval == (0, 1)


async def test_the_quality_is_told_apart_by_any_name():
    parts = quality_by(await judged([SAME, OTHER, UPDATE], HashEmbedder()), lambda each: str(each.pair.same))
    assert {name: part.pairs for name, part in parts.items()} == {"False": 2, "True": 1}


@pytest.mark.parametrize(
    ("scores", "area"), [([0.9, 0.1], 1), ([0.1, 0.9], 0), ([0.5, 0.5], 0.5), ([0.2, 0.2, 0.9, 0.1], 0.875)]
)
def test_the_area_under_the_curve_counts_pairs_in_the_right_order(scores, area):
    same = [True, False, True, False][: len(scores)]
    assert roc_auc(scores, same) == pytest.approx(area)


def test_the_interval_narrows_with_the_sample():
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert wilson(500, 1000) == pytest.approx((0.4691, 0.5309), abs=1e-4)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)


async def test_restated_knowledge_is_recognised(shared_data, offline):
    found = quality(await labelled(shared_data, "authored", offline))
    assert found.pairs == 120
    assert found.accuracy >= 0.95
    assert found.recall >= 0.95


async def test_bug_reports_against_their_nearest_neighbours_are_harder(shared_data, offline):
    """Their duplicates share a cause, not a statement."""
    found = quality(await labelled(shared_data, "gitbugs", offline))
    assert found.pairs == 198
    assert found.accuracy >= 0.83
    assert found.precision >= 0.85


async def test_both_together(shared_data, offline):
    found = [*await labelled(shared_data, "authored", offline), *await labelled(shared_data, "gitbugs", offline)]
    assert quality(found).accuracy >= 0.88


async def test_one_changed_fact_is_no_duplicate_and_a_paraphrase_stays_one(offline, shared_data):
    edits = [
        LabelledPair((one, ""), (other, ""), same=False) for pairs in ONE_FACT_EDITS.values() for one, other in pairs
    ]
    found = await judged(edits, offline)
    assert len(found) >= 60
    assert sum(not each.is_duplicate for each in found) >= 0.9 * len(found)
    paraphrases = [each for each in await labelled(shared_data, "authored", offline) if each.pair.same]
    above = [each for each in paraphrases if each.score >= 0.85]
    assert sum(each.is_duplicate for each in above) >= 0.95 * len(above)
