"""What two texts have in common word for word. Pure.

A vector of a long report is mostly the vector of its form: where it was seen, with which version, in which steps. So
the words are asked too: does each side speak of what the other's title names? Long words count for more than short
ones, for they are the rarer ones (Zipf's law of abbreviation), whatever the language and the team.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from assay.duplicates.claim import Claim
from assay.text.facts import without_noise
from assay.text.opposites import NEGATIONS, stem

MAX_CHARACTERS: Final = 2_500
"""As much as an embedding sees of a text."""
MAX_LENGTH_WEIGHT: Final = 10
"""Letters from which a word is as rare as it can count."""

_FILLERS: Final = (
    "about after all and any are because been before being but can could did do does each every for from had has have "
    "how into its just may more must not now off one only other our out over per should some such than that the their "
    "them then there these they this those too use used uses using very was were what when where which while who will "
    "with would you your"
)
_STOP_WORDS: Final = frozenset(_FILLERS.split())
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*")
_SHOWN: Final = re.compile(r"\w(?:[\w'’.:-]*\w)?")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares between 0 and 1."""

    covered: float
    """How much of each title the other text speaks of, on average."""
    titles: float
    """How much the titles have in common."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The stems of a text that carry meaning, each with its weight."""

    weights: Mapping[str, int]
    whole: int
    """All weights together."""


def overlap(one: Claim, other: Claim) -> Overlap:
    """What two claims have in common."""
    title, text = _words(one.title, one.told)
    other_title, other_text = _words(other.title, other.told)
    covered = _share(title, other_text) + _share(other_title, text)
    return Overlap(covered / 2, (_share(title, other_title) * _share(other_title, title)) ** 0.5)


def shown_words(text: str) -> dict[str, str]:
    """The words that carry meaning, as they are written, in their order; each by its stem."""
    shown: dict[str, str] = {}
    for word in _SHOWN.findall(without_noise(text).casefold()):
        if _carries_meaning(word):
            shown.setdefault(stem(word), word)
    return shown


def _carries_meaning(word: str) -> bool:
    """Every number and every negation does, however short."""
    return word in NEGATIONS or any(map(str.isdigit, word)) or (len(word) > 2 and word not in _STOP_WORDS)


@lru_cache(maxsize=4_096)
def _words(title: str, body: str) -> tuple[_Words, _Words]:
    """Those of the title, and those of all of it."""
    named = _weights(title[:MAX_CHARACTERS])
    said = {**named, **_weights(body[: max(0, MAX_CHARACTERS - len(title))])}
    return _Words(named, sum(named.values())), _Words(said, sum(said.values()))


def _weights(text: str) -> dict[str, int]:
    return dict(chain.from_iterable(map(_weighed, _WORD.findall(without_noise(text)))))


@lru_cache(maxsize=32_768)
def _weighed(word: str) -> tuple[tuple[str, int], ...]:
    """Its stem and its weight; nothing where it carries no meaning. A name in camel case is several words."""
    parts = _HUMP.sub(" ", word).casefold().split()
    return tuple(
        (stem(each), min(len(each), MAX_LENGTH_WEIGHT)) for each in parts if len(each) > 1 and each not in _STOP_WORDS
    )


def _share(words: _Words, among: _Words) -> float:
    """How much of the words occurs among others, by weight."""
    common = words.weights.keys() & among.weights.keys()
    return sum(map(words.weights.__getitem__, common)) / words.whole if words.whole else 0.0
