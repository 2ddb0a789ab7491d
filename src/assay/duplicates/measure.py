"""How well the scorer tells duplicates from other things, on pairs that people have labelled.

The verdicts are those of the scan, made by the same functions: cosine, words, scale, threshold and the guard for
changed facts. `duplicate` is what the scan calls exact, fuzzy or semantic. An `update` says something else about the
same thing, so it is no duplicate; how the figures stand when it counts as one is given beside them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.ai.embedder import Embedder
from assay.db.models import SimilarityType
from assay.duplicates.interval import wilson
from assay.duplicates.labels import LabelledPair
from assay.duplicates.scale import Scale
from assay.duplicates.scorer import Match, Similarity, judge, scores
from assay.kinds import folded


@dataclass(frozen=True, slots=True)
class Measured:
    """A pair and what the scan would say of it."""

    pair: LabelledPair
    score: float
    """On the common scale."""
    match: Match | None

    @property
    def is_update(self) -> bool:
        return self.match is not None and self.match.type is SimilarityType.UPDATE

    @property
    def is_duplicate(self) -> bool:
        return self.match is not None and not self.is_update


@dataclass(frozen=True, slots=True)
class Quality:
    """What share of verdicts is right, with the size of the sample they were taken on."""

    pairs: int
    hits: int
    """Flagged, and a person says duplicate."""
    false_alarms: int
    misses: int
    updates: int
    """Flagged as saying something else about the same thing."""
    roc_auc: float
    """How well the score alone orders the pairs: 1 is perfect, 0.5 is chance, 0 where one of the verdicts is absent."""

    @property
    def accuracy(self) -> float:
        return 1 - (self.false_alarms + self.misses) / self.pairs if self.pairs else 0.0

    @property
    def precision(self) -> float:
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float:
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """Wilson's interval: where the accuracy lies with 95 % confidence."""
        return wilson(self.pairs - self.false_alarms - self.misses, self.pairs)

    def document(self) -> dict[str, Any]:
        return {
            "n": self.pairs,
            "duplicates": self.hits + self.misses,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "roc_auc": self.roc_auc,
            "update": _share(self.updates, self.pairs),
        }


async def measured(pairs: Sequence[LabelledPair], embedder: Embedder, scale: Scale, threshold: float) -> list[Measured]:
    """What the scan would say of each pair."""
    return judged(pairs, await cosines(pairs, embedder), scale, threshold)


async def cosines(pairs: Sequence[LabelledPair], embedder: Embedder) -> list[float]:
    """The raw similarity of each pair, from half precision like all that is stored."""
    claims = [pair.claims() for pair in pairs]
    texts = [claim.text for pair in claims for claim in pair]
    vectors = (await embedder.embed(texts)).astype(np.float16).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found: list[float] = np.einsum("ij,ij->i", vectors[::2], vectors[1::2]).tolist()
    return found


def judged(pairs: Sequence[LabelledPair], near: Sequence[float], scale: Scale, threshold: float) -> list[Measured]:
    """The verdicts, from cosines that are known. Pure."""
    claims = [pair.claims() for pair in pairs]
    trigrams = [trigram_similarity(folded(pair.first[0]), folded(pair.second[0])) for pair in pairs]
    scored = scores(scale, claims, near, trigrams, threshold).tolist()
    return [
        Measured(pair, score, judge(*both, Similarity(score, trigram, threshold)))
        for pair, both, score, trigram in zip(pairs, claims, scored, trigrams, strict=True)
    ]


def quality(found: Sequence[Measured], *, updates_count: bool = False) -> Quality:
    """`updates_count`: whether `update` is a verdict of "duplicate"."""
    verdicts = [(each.is_duplicate or (updates_count and each.is_update), each.pair.same) for each in found]
    return Quality(
        pairs=len(found),
        hits=verdicts.count((True, True)),
        false_alarms=verdicts.count((True, False)),
        misses=verdicts.count((False, True)),
        updates=sum(each.is_update for each in found),
        roc_auc=roc_auc([each.score for each in found], [each.pair.same for each in found]),
    )


def quality_by(found: Iterable[Measured], name: Callable[[Measured], str]) -> Mapping[str, Quality]:
    """The quality of each part, by its name."""
    parts: dict[str, list[Measured]] = {}
    for each in found:
        parts.setdefault(name(each), []).append(each)
    return {part: quality(some) for part, some in sorted(parts.items())}


def roc_auc(scored: Sequence[float], same: Sequence[bool]) -> float:
    """The share of pairs of a duplicate and another thing in which the duplicate has the higher score."""
    positive = np.asarray(same, dtype=bool)
    _, places, sizes = np.unique(np.asarray(scored), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[places]
    count, others = int(positive.sum()), int((~positive).sum())
    return _share(float(ranks[positive].sum()) - count * (count + 1) / 2, count * others)


def trigram_similarity(one: str, other: str) -> float:
    """What `similarity` of pg_trgm says of two titles."""
    first, second = _trigrams(one), _trigrams(other)
    return _share(len(first & second), len(first | second))


def _trigrams(text: str) -> set[str]:
    words = (f"  {word} " for word in re.findall(r"[^\W_]+", text.lower()))
    return {word[start : start + 3] for word in words for start in range(len(word) - 2)}


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
