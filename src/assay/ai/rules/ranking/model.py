"""The ranker as it was trained: weights of the features, kept as text in `ranker.json` (see `training/`)."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from assay.ai.rules.ranking.features import NAMES
from assay.ai.rules.ranking.signs import Numbers
from assay.kinds import AtomType

FILE: Final = "ranker.json"
BASE: Final = "base"


class Ranker:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._worth = _weights(document["worth"])
        self._types = np.stack([_weights(document["types"][kind]) for kind in AtomType], axis=1)
        self._slope, self._shift = document["calibration"]

    def worth(self, features: Numbers) -> Numbers:
        """0..1 for each row: what orders the candidates."""
        return sigmoid(_with_base(features) @ self._worth)

    def probability(self, worth: Numbers) -> Numbers:
        """0..1: how often what has this worth was worth keeping in talks that the ranker had not seen."""
        odds = np.log(np.clip(worth, 1e-6, 1 - 1e-6) / (1 - np.clip(worth, 1e-6, 1 - 1e-6)))
        return sigmoid(self._slope * odds + self._shift)

    def types(self, features: Numbers) -> list[AtomType]:
        """The likeliest type of each row."""
        kinds: Sequence[AtomType] = list(AtomType)
        return [kinds[at] for at in (_with_base(features) @ self._types).argmax(axis=1)]


@cache
def ranker() -> Ranker:
    return Ranker(json.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8")))


def sigmoid(values: Numbers) -> Numbers:
    odds: Numbers = np.exp(-np.clip(values, -50.0, 50.0))
    return 1.0 / (1.0 + odds)


def _with_base(features: Numbers) -> Numbers:
    return np.hstack([np.ones((len(features), 1)), features])


def _weights(named: Mapping[str, float]) -> Numbers:
    """In the order of the features. Raises KeyError for a feature without one: the ranker is to be trained again."""
    return np.array([named[name] for name in (BASE, *NAMES)], dtype=np.float64)
