"""The words of a text that carry its meaning, and whether two words are forms of one."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.stems import stem

WORD: Final = re.compile(r"[^\W_]+(?:['.:/_-][^\W_]+)*%?|[#$€£]\d+")
MIN_COMMON: Final = 4
"""Letters that two forms of one word have in common at least."""
BEGINNING: Final = 3
MIN_SHARE: Final = 0.6
"""Of the longer form."""


@lru_cache(maxsize=4_096)
def content_words(text: str) -> frozenset[str]:
    """Folded words that are no function words of any language that is read."""
    small = lexicon.words("grammar", "function_words")
    return frozenset(word for word in WORD.findall(lexicon.fold(text)) if word not in small and _carries(word))


def _carries(word: str) -> bool:
    return len(word) > 2 or any(map(str.isdigit, word)) or not word.isascii()


def same_word(one: str, other: str) -> bool:
    """Two forms of one word: they begin alike for most of the longer one."""
    if one == other or (stem(one) == stem(other) and one[0].isalpha()):
        return True
    if any(map(str.isdigit, one + other)):
        return False
    common = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return common >= MIN_COMMON and common >= MIN_SHARE * max(len(one), len(other))


def shared(words: Iterable[str], others: frozenset[str]) -> frozenset[str]:
    """Those of the words that the others have too, in whatever form."""
    known = _by_beginning(others)
    return frozenset(word for word in words if any(same_word(word, other) for other in known.get(word[:BEGINNING], ())))


@lru_cache(maxsize=4_096)
def _by_beginning(words: frozenset[str]) -> dict[str, list[str]]:
    """Two forms of one word begin alike: only those are compared."""
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[:BEGINNING], []).append(word)
    return found
