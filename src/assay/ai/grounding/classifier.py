"""A second opinion on what the rules find sound: whether its talk is like those in which something was decided.

A linear model over the signs of a statement in its talk, trained on the labelled conversations that come with Assay
(`training/veto.py`). It only ever holds back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from math import sqrt
from typing import Final, NamedTuple
from zlib import crc32

from assay.ai.grounding.signs import Sign

FILE: Final = "classifier.json"
PLACES: Final = 2**13
"""Signs share them by their check sum: no vocabulary has to be kept."""


class Classifier(NamedTuple):
    base: float
    scale: float
    """Of one step of a weight."""
    threshold: float
    """Odds below which a statement is held back."""
    clear: float
    """The same where something was said after it that nobody can place."""
    weights: Sequence[int]

    def odds(self, signs: Iterable[Sign]) -> float:
        """The logarithm, that something was decided and stands."""
        return self.base + self.scale * sum(self.weights[at] * value for at, value in placed(signs).items())

    def vetoes(self, signs: Iterable[Sign], *, is_overheard: bool = False) -> bool:
        """`is_overheard`: something that was said after it may be about it."""
        return self.odds(signs) < (self.clear if is_overheard else self.threshold)


def placed(signs: Iterable[Sign]) -> Mapping[int, float]:
    """The places of the signs with their roots, of length 1 together: what is said often counts little more."""
    found: dict[int, float] = {}
    for name, value in signs:
        at = crc32(name.encode()) % PLACES
        found[at] = found.get(at, 0.0) + value
    length = sqrt(sum(found.values())) or 1.0
    return {at: sqrt(value) / length for at, value in found.items()}


@cache
def classifier() -> Classifier:
    return Classifier(**json.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8")))
