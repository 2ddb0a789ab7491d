"""What must be equal in two sentences before likeness means sameness: one changed fact looks like a duplicate."""

import re
from typing import Final

from assay.ai.rules.language import stems
from assay.ai.rules.lexicon import alternatives, phrases

ALIKE: Final = 0.75
ALIKE_WHEN_REVISED: Final = 0.6
NUMBER: Final = re.compile(rf"\d+(?:[.,:]\d+)*|\b{alternatives('fact', 'numbers')}\b")
"""Numbers, also written as words, and days and months."""
NAME_SIGNS: Final = re.compile(r"\w[._:/$@\[\]]\w|[`$<]|\w\(\)")
NEGATION: Final = phrases("fact", "negating")
REVISION: Final = phrases("fact", "revising")


def numbers(text: str) -> frozenset[str]:
    return frozenset(NUMBER.findall(text.casefold()))


def names(text: str) -> frozenset[str]:
    """Identifiers, and words with a capital that no sentence start explains."""
    words = [word.strip(".,;:!?()") for word in text.split()]
    return frozenset(word.casefold() for place, word in enumerate(words) if _is_name(word, at_start=place == 0))


def _is_name(word: str, *, at_start: bool) -> bool:
    if NAME_SIGNS.search(word):
        return True
    return any(character.isupper() for character in (word[1:] if at_start else word)) and len(word) > 1


def negates(text: str) -> bool:
    return NEGATION.search(text) is not None


def same_facts(one: str, other: str) -> bool:
    """No number and no name changed, and neither denies what the other says."""
    mine, theirs = names(one), names(other)
    return numbers(one) == numbers(other) and negates(one) == negates(other) and (mine <= theirs or theirs <= mine)


def common_words(one: str, other: str) -> float:
    """0..1: how much of the shorter text's meaning words stand in the other too, numbers aside."""
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def contradicts(later: str, earlier: str) -> bool:
    """The same subject with another number, or denied: only where the words around the change are the same."""
    changed = bool(numbers(later) - numbers(earlier)) and bool(numbers(earlier) - numbers(later))
    denied = negates(later) != negates(earlier)
    enough = ALIKE_WHEN_REVISED if REVISION.search(later) else ALIKE
    return changed != denied and common_words(later, earlier) >= enough


def refines(later: str, earlier: str) -> bool:
    """The later text says all of the earlier and more."""
    mine, theirs = _words(later), _words(earlier)
    if negates(later) != negates(earlier) or not numbers(earlier) <= numbers(later):
        return False
    return len(theirs) >= 3 and len(theirs & mine) >= 0.8 * len(theirs) and len(mine) >= len(theirs) + 2


def _words(text: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text) if not stem[0].isdigit())
