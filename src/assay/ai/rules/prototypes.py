"""Sentences of known type to compare with: 'nearest kind' and 'worth keeping' are both learned from them at start."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.ai.embedder import Vectors
from assay.kinds import AtomType

NEAREST: Final = 3
SMALL_TALK: Final = "negative"
CAUTION: Final = 2.0
"""The head is trained on clear cases; in a chat it is less sure than it believes."""
SPREAD: Final = 4.0
"""Cosines of this model are squeezed into .5-.8: differences from the mean are stretched before they are weighed."""


@cache
def labelled() -> Mapping[str, tuple[str, ...]]:
    """Label to sentences: the seven types, and small talk."""
    text = resources.files(__package__).joinpath("data", "prototypes.json").read_text("utf-8")
    return {label: tuple(sentences) for label, sentences in json.loads(text).items()}


class Prototypes:
    def __init__(self, vectors: Mapping[str, Vectors]) -> None:
        self._of_type = {kind: vectors[kind.value] for kind in AtomType}
        self._small_talk = vectors[SMALL_TALK]
        self._mean, self._weights, self._bias = _trained(np.vstack([*self._of_type.values()]), self._small_talk)

    def margins(self, vector: Vectors) -> dict[AtomType, float]:
        """How much nearer a sentence is to each type than to small talk."""
        idle = _nearness(self._small_talk, vector)
        return {kind: _nearness(known, vector) - idle for kind, known in self._of_type.items()}

    def worth(self, vector: Vectors) -> float:
        """0..1: statement worth keeping against small talk."""
        return float(_sigmoid(((vector - self._mean) * SPREAD @ self._weights + self._bias) / CAUTION))


def _nearness(known: Vectors, vector: Vectors) -> float:
    return float(np.sort(known @ vector)[-NEAREST:].mean())


def _sigmoid(x: NDArray[np.floating]) -> NDArray[np.floating]:
    odds: NDArray[np.floating] = np.exp(-x)
    return 1 / (1 + odds)


def _trained(
    worth: Vectors, idle: Vectors, *, steps: int = 400, rate: float = 2.0, shrink: float = 1e-3
) -> tuple[Vectors, NDArray[np.floating], float]:
    """Logistic regression by plain gradient descent, both classes weighing the same."""
    both = np.vstack([worth, idle])
    mean = both.mean(axis=0)
    centred = ((both - mean) * SPREAD).astype(np.float64)
    truth = np.r_[np.ones(len(worth)), np.zeros(len(idle))]
    share = np.r_[np.full(len(worth), 0.5 / len(worth)), np.full(len(idle), 0.5 / len(idle))]
    weights, bias = np.zeros(centred.shape[1]), 0.0
    for _ in range(steps):
        error = share * (_sigmoid(centred @ weights + bias) - truth)
        weights -= rate * (centred.T @ error + shrink * weights)
        bias -= rate * float(error.sum())
    return mean, weights, bias
