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


def dual_regression(rows: Numbers, truth: Numbers, *, shrink: float) -> tuple[float, Numbers]:
    """The base and the weights where there are many more features than rows; both classes weigh the same."""
    truth = np.asarray(truth, dtype=np.float64)
    counts = np.where(truth == 1, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    alike, ones = rows @ rows.T, np.ones(len(truth))
    parts, base = np.zeros(len(truth)), 0.0
    for _ in range(STEPS):
        odds = alike @ parts + base
        guess = sigmoid(odds)
        bend = np.maximum(counts * guess * (1 - guess), 1e-6)
        aim = odds + (truth - guess) * counts / bend
        solved = np.linalg.solve(alike + shrink * np.diag(1 / bend), np.stack([aim, ones], axis=1))
        base = float(solved[:, 0].sum() / solved[:, 1].sum())
        moved = solved[:, 0] - base * solved[:, 1]
        step, parts = float(np.abs(moved - parts).max()), moved
        if step < CLOSE:
            break
    return base, rows.T @ parts
