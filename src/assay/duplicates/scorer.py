"""How alike two claims are, on one scale for every embedding model, and in words for a person. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.db.models import SimilarityType
from assay.duplicates import explanation
from assay.duplicates.changes import changed_facts, says_otherwise
from assay.duplicates.claim import Claim
from assay.duplicates.scale import LONG, Scale, Scores, part_of
from assay.duplicates.wording import overlap
from assay.kinds import Kind
from assay.text.naming import channel_of

LIKE_TITLES: Final = 0.8
"""Trigram similarity from which a title is the same but for spelling."""
COVERED_WEIGHT: Final = 0.38
"""What it adds to the cosine that each text speaks of what the other's title names."""
TITLES_WEIGHT: Final = 0.25
"""What it takes from that where the titles themselves share the words: those are counted already, in the vectors."""
USUAL: Final = 0.09
"""What the two come to in a usual pair. The three are a logistic regression over the cosine on the development pairs,
in units of the cosine: see docs/reference/duplicates.md."""
MAX_GAIN: Final = 0.1
"""Words correct the meaning and never stand in its place."""
TITLE_WEIGHT: Final = 0.3
"""What such a title adds where the meanings are near already."""
ALL_BUT_EXACT: Final = 0.99
"""The most for what is not the same word for word."""
SAME_BUT_PUNCTUATION: Final = 0.97

_LETTERS: Final = re.compile(r"[^\W_]+")

Pair = tuple[Claim, Claim]
"""A proposal and a candidate."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """What was measured between a proposal and a candidate."""

    score: float
    trigram: float
    """Similarity of the titles, letter by letter."""
    threshold: float


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that the proposal repeats, or contradicts in one fact."""

    candidate: Claim
    score: float
    type: SimilarityType
    explanation: str


def scores(
    scale: Scale, pairs: Sequence[Pair], cosines: Sequence[float | None], trigrams: Sequence[float], threshold: float
) -> Scores:
    """The similarity of each pair: its cosine on the common scale.

    That of long texts is corrected by the words where they can decide. A title that is the same but for spelling
    raises what is near already.
    """
    parts = [part_of(candidate.kind, proposal.text, candidate.text) for proposal, candidate in pairs]
    import numpy as np  # slow to import, and most commands compare nothing

    near = np.array([-1.0 if cosine is None else cosine for cosine in cosines])
    asked = (scale.mapped(parts, near + MAX_GAIN) >= threshold) & np.array([part == LONG for part in parts], dtype=bool)
    gains = [gain(*pair) if ask else 0.0 for pair, ask in zip(pairs, asked, strict=True)]
    corrected = scale.mapped(parts, near + np.array(gains))
    titles = np.asarray(trigrams, dtype=np.float64)
    lifted = np.maximum(corrected, (1 - TITLE_WEIGHT) * corrected + TITLE_WEIGHT * titles)
    return np.minimum(np.where(titles >= LIKE_TITLES, lifted, corrected), ALL_BUT_EXACT)


def min_cosine(scale: Scale, threshold: float) -> dict[Kind, float]:
    """The cosine from which a pair can reach the threshold, by kind: a long one lifted by its words."""
    long = scale.cosine_of(LONG, threshold) - MAX_GAIN
    return {kind: min(scale.cosine_of(kind, threshold), long) for kind in Kind}


def gain(proposal: Claim, candidate: Claim) -> float:
    """What the words add to the cosine, or take from it."""
    common = overlap(proposal, candidate)
    measured = COVERED_WEIGHT * common.covered - TITLES_WEIGHT * common.titles - USUAL
    return min(max(measured, -MAX_GAIN), MAX_GAIN)


def closeness(proposal: Claim, candidate: Claim, similarity: Similarity) -> float | None:
    """The score at which the two count as alike, whatever differs; None where they do not."""
    if proposal.identity_key == candidate.identity_key:
        return 1.0
    score = similarity.score
    if _same_letters(proposal, candidate):
        score = max(score, SAME_BUT_PUNCTUATION)
    elif proposal.kind is Kind.TOPIC and similarity.trigram >= LIKE_TITLES:
        score = max(score, similarity.threshold)  # a topic is its name, whatever is told of it
    return score if score >= similarity.threshold else None


def similarity_type(proposal: Claim, candidate: Claim, similarity: Similarity) -> SimilarityType | None:
    """Whether the proposal says the same as the candidate, and in which way. None: it does not.

    1. exact: word for word, for a topic its name;
    2. none, where the score stays below the threshold and more than punctuation differs, or one asks what the other
       says, or they are the general topics of two channels;
    3. update: alike, and a number, version, date, identifier, name or negation differs;
    4. fuzzy: alike in letters, but for spelling or punctuation;
    5. semantic: alike in meaning.
    """
    if closeness(proposal, candidate, similarity) is None:
        return None
    if proposal.identity_key == candidate.identity_key:
        return SimilarityType.EXACT
    if _answers(proposal, candidate) or _are_of_channels(proposal, candidate):
        return None
    if says_otherwise(candidate.text, proposal.text):
        return SimilarityType.UPDATE
    return SimilarityType.FUZZY if _is_spelled_alike(proposal, candidate, similarity) else SimilarityType.SEMANTIC


def judge(proposal: Claim, candidate: Claim, similarity: Similarity) -> Match | None:
    """The same, with its score and in words for a person."""
    type_, score = similarity_type(proposal, candidate, similarity), closeness(proposal, candidate, similarity)
    if type_ is None or score is None:
        return None
    match type_:
        case SimilarityType.EXACT:
            said = explanation.exact(candidate)
        case SimilarityType.UPDATE:
            said = explanation.update(proposal, candidate, score, changed_facts(candidate.text, proposal.text))
        case _:
            said = explanation.same(proposal, candidate, score, spelling=type_ is SimilarityType.FUZZY)
    return Match(candidate, score, type_, said)


def _is_spelled_alike(one: Claim, other: Claim, similarity: Similarity) -> bool:
    return similarity.trigram >= LIKE_TITLES or _same_letters(one, other)


def _answers(one: Claim, other: Claim) -> bool:
    """Whether one statement asks and the other does not. A report may be told either way."""
    is_short = part_of(one.kind, one.text, other.text) != LONG
    return is_short and one.asks != other.asks and not _same_letters(one, other)


def _are_of_channels(one: Claim, other: Claim) -> bool:
    """Whether each is the general topic of a channel: no two channels are the same, however alike they are called."""
    return one.kind is other.kind is Kind.TOPIC and None not in {channel_of(one.title), channel_of(other.title)}


def _same_letters(one: Claim, other: Claim) -> bool:
    return _letters(one.text) == _letters(other.text) != []


@lru_cache(maxsize=4_096)
def _letters(text: str) -> list[str]:
    """The words without difference of case and width, and without what stands between them."""
    return _LETTERS.findall(unicodedata.normalize("NFKC", text).casefold())
