"""The same said twice: once is enough, and independent authors make it more certain."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from assay.ai.extractor import Quote
from assay.ai.rules.candidates import TRUSTED_CEILING, AtomCandidate, CandidateSource, bounded, distinct
from assay.ai.rules.facts import same_facts
from assay.ai.rules.vectors import VectorCache
from assay.kinds import folded
from assay.text.authors import author_key

SAME: Final = 0.88
MAX_COMPARED: Final = 1_500
GAIN_OF_A_WITNESS: Final = 0.22
MAX_WITNESSES: Final = 2
MIN_CONFIDENCE: Final = 0.45


def without_repetition(candidates: Sequence[AtomCandidate], vectors: VectorCache) -> list[AtomCandidate]:
    """The best of each group of equals; a group of several authors gains confidence and quotes them all."""
    settled = _settled(candidates)
    single = [candidate for candidate in candidates if not _is_part(candidate, settled)]
    ranked = sorted(single, key=lambda candidate: -candidate.confidence)[:MAX_COMPARED]
    kept: dict[AtomCandidate, None] = {}
    said: dict[Quote, AtomCandidate] = {}
    for candidate, twins in zip(ranked, _better_twins(ranked, vectors), strict=True):
        if original := next((twin for twin in twins if twin in kept), None):
            _confirm(original, candidate)
        elif not _is_another_reading(candidate, said.get(candidate.quotes[0])):
            kept[candidate] = None
            said.update((quote, candidate) for quote in candidate.quotes if quote not in said)
    return list(kept)


def _settled(candidates: Iterable[AtomCandidate]) -> dict[UUID, list[str]]:
    """What is settled in the words of each message."""
    found: dict[UUID, list[str]] = {}
    for candidate in candidates:
        if candidate.source is CandidateSource.SETTLED:
            for quote in candidate.quotes:
                found.setdefault(quote.message_id, []).append(folded(candidate.content))
    return found


def _is_part(candidate: AtomCandidate, settled: Mapping[UUID, list[str]]) -> bool:
    """Whether something settled holds it in the same words of the same message."""
    if candidate.source is CandidateSource.SETTLED:
        return False
    title = folded(candidate.title.rstrip(".!…"))
    return any(title in said for quote in candidate.quotes for said in settled.get(quote.message_id, ()))


def _better_twins(ranked: Sequence[AtomCandidate], vectors: VectorCache) -> list[list[AtomCandidate]]:
    """For each candidate the better ones that mean the same."""
    if not ranked:
        return []
    near = _likeness(ranked, vectors) > SAME
    return [
        [ranked[j] for j in np.flatnonzero(near[i, :i]).tolist() if same_facts(ranked[i].title, ranked[j].title)]
        for i in range(len(ranked))
    ]


def _likeness(ranked: Sequence[AtomCandidate], vectors: VectorCache) -> NDArray[np.float32]:
    rows = vectors.rows([candidate.title for candidate in ranked])
    return rows @ rows.T


def _is_another_reading(candidate: AtomCandidate, owner: AtomCandidate | None) -> bool:
    """True when its words are spoken for, unless by the other half of a problem and its solution."""
    if owner is None:
        return False
    return all(linked not in (candidate, owner) for linked, _, _ in (*candidate.links, *owner.links))


def _confirm(original: AtomCandidate, twin: AtomCandidate) -> None:
    """A twin by other people makes the original more certain; their words become evidence."""
    newcomers = _others(twin.authors, original.authors)
    if (
        original.source is CandidateSource.SETTLED
        or not newcomers
        or twin.confidence < MIN_CONFIDENCE
        or len(original.authors) > MAX_WITNESSES
    ):
        return
    original.authors |= newcomers
    original.quotes = distinct([*original.quotes, *twin.quotes])
    if original.source is CandidateSource.STATEMENT:
        original.confidence = bounded(original.confidence + GAIN_OF_A_WITNESS, TRUSTED_CEILING)
        original.reasoning += f" {' and '.join(sorted(newcomers))} said the same."


def _others(authors: Iterable[str], known: Iterable[str]) -> set[str]:
    """Those of the authors who are none of the known people under another name."""
    people = {author_key(author) for author in known}
    return {author for author in authors if author_key(author) not in people}
