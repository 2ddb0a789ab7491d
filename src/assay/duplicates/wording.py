"""What two texts have in common word for word. Pure.

A vector of a long report is mostly the vector of its form: where it was seen, with which version, in which steps. So
the words are asked too: does each side speak of what the other's title names? Long words count for more than short
ones, for they are the rarer ones (Zipf's law of abbreviation), whatever the language and the team.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.duplicates.facts import without_noise
from assay.duplicates.opposites import NEGATIONS, stem

MOST_CHARACTERS: Final = 2_500
"""As much as an embedding sees of a text."""
LONGEST: Final = 10
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


def overlap(one: tuple[str, str], other: tuple[str, str]) -> Overlap:
    """Of two statements, each its title and its whole text."""
    titles = _weights(one[0]), _weights(other[0])
    whole = _weights(one[1]), _weights(other[1])
    covered = _share(titles[0], whole[1]) + _share(titles[1], whole[0])
    return Overlap(covered / 2, (_share(titles[0], titles[1]) * _share(titles[1], titles[0])) ** 0.5)


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
def _weights(text: str) -> Mapping[str, int]:
    """The stems of a text, each with its weight. A name in camel case is several words."""
    apart = _HUMP.sub(" ", without_noise(text[:MOST_CHARACTERS]))
    return dict(filter(None, map(_weight, _WORD.findall(apart))))


@lru_cache(maxsize=32_768)
def _weight(word: str) -> tuple[str, int] | None:
    """The stem of a word and its weight; None where it carries no meaning."""
    word = word.casefold()
    return None if len(word) < 2 or word in _STOP_WORDS else (stem(word), min(len(word), LONGEST))


def _share(words: Mapping[str, int], among: Mapping[str, int]) -> float:
    """How much of the words occurs among others, by weight."""
    whole = sum(words.values())
    return sum(weight for word, weight in words.items() if word in among) / whole if whole else 0.0
