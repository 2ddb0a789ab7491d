"""What a text says of a statement, whoever says it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.words import WORD, content_words, shared

MENTION: Final = re.compile(r"<?@[\w|.-]{1,60}>?[:,]?")
SHORT: Final = 4
"""Words of a message so short that it can only concern what was said just before."""
VERY_SHORT: Final = 2
AGAINST: Final = ("retractions", "phrases", "failures")
MIN_SHARED: Final = 2
MIN_SHARE: Final = 0.4
"""Of the words of a statement, that a text must repeat to be about it beyond doubt."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The statement that later words may concern."""

    words: frozenset[str] = frozenset()
    """Its content words, folded."""
    names: frozenset[str] = frozenset()
    """Those of its author."""
    stated: str = ""
    """Its text."""
    languages: tuple[str, ...] = ()
    """Those it may be written in; what is too short to tell is read in them."""

    @classmethod
    def of(cls, stated: str, author: str = "") -> "Subject":
        return cls(content_words(stated), content_words(author), stated, lexicon.languages_of(lexicon.fold(stated)))


@cache
def lead_in() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{lexicon.alternatives('grammar', 'lead_in')}\b[\s,.!:;–—-]*){{0,3}}")


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Folded own words without whom they are addressed to."""
    return lexicon.fold(MENTION.sub(" ", own_words(text)))


def end_of(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def speaks_against(said: str, subject: Subject) -> bool:
    """Any phrase by which people take back, refuse or make conditions, but for the statement's own words."""
    languages = languages_for(said, subject)
    return any(adds_to(found_in(said, key, languages), subject) for key in AGAINST)


def retracts(said: str, subject: Subject) -> bool:
    """Words that take something back, and not only tell of what went wrong."""
    return adds_to(found_in(said, "retractions", languages_for(said, subject)), subject)


def fails(said: str, subject: Subject) -> bool:
    """It tells that something went wrong."""
    return adds_to(found_in(said, "failures", languages_for(said, subject)), subject)


@lru_cache(maxsize=16_384)
def found_in(said: str, key: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found[0] for found in lexicon.pattern("against", key, languages).finditer(said))


def apologises(said: str) -> bool:
    """Of its author only it means that the statement was wrong."""
    return lexicon.pattern("against", "apologies").search(said) is not None


def weighs(said: str, subject: Subject) -> bool:
    """Words that limit, compare or ask, and figures that the statement does not hold."""
    markers = found_in(said, "markers", languages_for(said, subject))
    return adds_to(markers, subject) or adds_figures(said, subject) or "?" in said


def adds_figures(said: str, subject: Subject) -> bool:
    calendar = lexicon.words("grammar", "calendar")
    figures = {word for word in content_words(said) if word in calendar or any(map(str.isdigit, word))}
    return bool(figures - subject.words)


def shifts(said: str, subject: Subject) -> bool:
    """Words by which something else is said of the same thing."""
    return weighs(said, subject) or adds_to(found_in(said, "shifts", languages_for(said, subject)), subject)


def languages_for(said: str, subject: Subject) -> tuple[str, ...]:
    """Those of the text that the statement may be in too, else both."""
    own = lexicon.languages_of(said)
    both = tuple(name for name in own if name in subject.languages)
    return both or tuple(sorted({*own, *subject.languages}))


def adds_to(phrases: Iterable[str], subject: Subject) -> bool:
    return any(not WORD.search(each) or not set(WORD.findall(each)) <= subject.words for each in phrases)


def is_short(said: str) -> bool:
    return len(said.split()) <= (VERY_SHORT if "?" in said else SHORT)


def points_to_it(said: str) -> bool:
    return lexicon.search("deictic", "words", said) is not None


def repeats(text: str, subject: Subject) -> bool:
    """Whether a text is about the same thing, by its words alone."""
    shared_words = count_common(plain(text), subject)
    return 0 < shared_words >= min(MIN_SHARED, MIN_SHARE * len(subject.words))


def count_common(said: str, subject: Subject) -> int:
    return len(shared(subject.words, content_words(said)))
