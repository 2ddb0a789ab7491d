"""Logistic regression by Newton's method, on features that are brought to one scale first."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from assay.ai.rules.ranking.model import sigmoid
from assay.ai.rules.ranking.signs import Numbers

STEPS: Final = 50
CLOSE: Final = 1e-9
STILL: Final = 1e-9
"""Spread of a feature that never changes: it tells nothing."""


@dataclass(frozen=True, slots=True)
class Regression:
    base: float
    weights: Numbers
    """Of the features as they are counted."""

    def odds(self, features: Numbers) -> Numbers:
        """Their logarithm, for each row."""
        return features @ self.weights + self.base


def regression(features: Numbers, truth: Numbers, *, shrink: float) -> Regression:
    """`truth`: 0..1 for each row; `shrink`: how strongly weights are drawn to 0."""
    truth = np.asarray(truth, dtype=np.float64)
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < STILL] = np.inf
    rows = np.hstack([np.ones((len(features), 1)), (features - mean) / spread])
    penalty = np.full(rows.shape[1], shrink)
    penalty[0] = 1e-9
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        guess = sigmoid(rows @ weights)
        slope = rows.T @ (truth - guess) - penalty * weights
        bend = (rows * (guess * (1 - guess))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < CLOSE:
            break
    scaled = weights[1:] / spread
    return Regression(float(weights[0] - scaled @ mean), scaled)
