"""How well the scorer tells duplicates from other things, on pairs that people have labelled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from assay.ai.embedder import Embedder
from assay.db.models import SimilarityType
from assay.duplicates.scorer import Likeness, Match, Statement, judge, scores
from assay.kinds import Kind, embedded_text, folded, identity_key


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements and a person's verdict."""

    first: tuple[str, str]
    """Title and text."""
    second: tuple[str, str]
    same: bool
    kind: Kind = Kind.ATOM


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
    updates_among_duplicates: int

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


async def measure(
    pairs: Sequence[Pair], embedder: Embedder, *, threshold: float, updates_count: bool = True
) -> Quality:
    """Judges every pair as the scan would. `updates_count`: whether `update` is a verdict of "duplicate"."""
    matches = await judged(pairs, embedder, threshold=threshold)
    updates = [match is not None and match.type is SimilarityType.UPDATE for match in matches]
    flagged = [
        match is not None and (updates_count or not update) for match, update in zip(matches, updates, strict=True)
    ]
    verdicts = [(flag, pair.same) for flag, pair in zip(flagged, pairs, strict=True)]
    return Quality(
        pairs=len(pairs),
        hits=verdicts.count((True, True)),
        false_alarms=verdicts.count((True, False)),
        misses=verdicts.count((False, True)),
        updates=sum(updates),
        updates_among_duplicates=sum(update and pair.same for update, pair in zip(updates, pairs, strict=True)),
    )


async def judged(pairs: Sequence[Pair], embedder: Embedder, *, threshold: float) -> list[Match | None]:
    """What the scan would say of each pair."""
    first = await embedder.embed([embedded_text(*pair.first) for pair in pairs])
    second = await embedder.embed([embedded_text(*pair.second) for pair in pairs])
    cosines = [float(cosine) for cosine in np.einsum("ij,ij->i", first, second)]
    trigrams = [trigram_similarity(folded(pair.first[0]), folded(pair.second[0])) for pair in pairs]
    near = scores(embedder.model, cosines, trigrams).tolist()
    return [
        judge(
            _statement(pair.first, pair.kind), _statement(pair.second, pair.kind), Likeness(score, trigram, threshold)
        )
        for pair, score, trigram in zip(pairs, near, trigrams, strict=True)
    ]


def trigram_similarity(one: str, other: str) -> float:
    """What `similarity` of pg_trgm says of two titles."""
    first, second = _trigrams(one), _trigrams(other)
    return _share(len(first & second), len(first | second))


def _trigrams(text: str) -> set[str]:
    words = (f"  {word} " for word in re.findall(r"[^\W_]+", text.lower()))
    return {word[start : start + 3] for word in words for start in range(len(word) - 2)}


def _statement(said: tuple[str, str], kind: Kind) -> Statement:
    return Statement(UUID(int=0), kind, *said, identity_key(kind, *said), is_entity=True)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
