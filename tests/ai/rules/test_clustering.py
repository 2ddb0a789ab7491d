"""Groups of near vectors: those of SciPy's average linkage, in the same order."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from assay.ai.rules.clustering import clusters


def by_scipy(vectors, cut):
    labels = fcluster(linkage(vectors, "average", "cosine"), cut, "distance")
    groups = [np.flatnonzero(labels == label).tolist() for label in range(1, labels.max() + 1)]
    return [group for group in groups if len(group) > 1]


def scattered(number, seed, *, around):
    """Unit vectors around some centres, as sentences about some subjects are."""
    luck = np.random.default_rng(seed)
    centres = luck.normal(size=(around, 24))
    rows = centres[luck.integers(around, size=number)] + luck.normal(scale=0.6, size=(number, 24))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("number", [2, 3, 7, 40, 250])
@pytest.mark.parametrize("cut", [0.05, 0.2, 0.36, 0.8, 1.5])
def test_the_groups_are_those_of_scipy_in_its_order(number, cut):
    for seed in range(10):
        vectors = scattered(number, seed, around=1 + number // 5)
        assert clusters(vectors, cut) == by_scipy(vectors, cut)


def test_equal_vectors_are_one_group():
    vectors = scattered(6, 0, around=6)
    twice = np.vstack([vectors, vectors])
    assert sorted(clusters(twice, 0.001)) == [[at, at + 6] for at in range(6)]
    assert clusters(np.tile(vectors[:1], (50, 1)), 0.001) == [list(range(50))]


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_vectors_make_no_group(number):
    assert clusters(scattered(number, 0, around=1), 0.36) == []
