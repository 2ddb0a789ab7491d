"""Pairs with the highest sum of gains, against SciPy."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from assay.evaluation.assignment import assigned


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (1, 6), (6, 1), (5, 5), (9, 4), (20, 31), (60, 60)])
def test_no_pairing_gains_more(shape):
    luck = np.random.default_rng(7)
    for _ in range(20):
        gains = luck.random(shape) * (luck.random(shape) < 0.3)  # most that is found says nothing that is labelled
        pairs = assigned(gains)
        assert len(pairs) == len(set(pairs.values())) == min(shape)
        best = gains[linear_sum_assignment(gains, maximize=True)].sum()
        assert sum(gains[pair] for pair in pairs.items()) == pytest.approx(best)


def test_the_second_best_is_taken_where_it_adds_up_to_more():
    assert assigned(np.array([[0.9, 0.8], [0.85, 0.1]])) == {0: 1, 1: 0}
