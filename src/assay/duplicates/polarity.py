"""Whether a text says "not", and whether it turns itself round by an "only" or an "unless". Pure."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from assay.text import lexicon
from assay.text.lexicon import Phrases, Word


class Polarity(StrEnum):
    NEGATIVE = "words"
    EXCLUSIVE = "exclusive"
    IDLE = "idle"
    """A "not" that denies nothing: "not only"."""


def polarity(words: Sequence[Word], language: str) -> dict[Polarity, list[str]]:
    """The phrases of each sort, in their order."""
    found: dict[Polarity, list[str]] = {each: [] for each in Polarity}
    for first, behind, sort in _phrases(language).among(words):
        found[sort].append(" ".join(word.said for word in words[first:behind]))
    return found


@cache
def _phrases(language: str) -> Phrases[Polarity]:
    known = lexicon.section(language, "negation")
    return Phrases.of((phrase, sort) for sort in Polarity for phrase in lexicon.alternatives(known[sort]))
