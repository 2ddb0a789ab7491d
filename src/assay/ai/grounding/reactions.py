"""What somebody says after a statement, as far as it concerns the statement."""

import re
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.words import WORD, content_words, same_word, shared

MAX_CONSENT: Final = 400
"""Characters of a message that may be plain consent."""
MENTION: Final = re.compile(r"<?@[\w|.-]{1,60}>?[:,]?")
SHORT: Final = 4
"""Words of a message so short that it can only concern what was said just before."""
VERY_SHORT: Final = 2
MIN_SHARED: Final = 2
MIN_SHARE: Final = 0.4
"""Of the words of a statement, that a text far from it must repeat to be about it."""


class Reaction(StrEnum):
    CONSENTS = "consents"
    CONFIRMS = "confirms"
    THANKS = "thanks"
    OPPOSES = "opposes"
    """Takes back, corrects, refuses or doubts it."""
    STATES = "states"
    """Says something else that later words may be about."""


@cache
def _separator() -> re.Pattern[str]:
    """What may stand between a word of consent and whatever else is said: a sign, or whose voice it is."""
    return re.compile(rf"\s*(?:[.!;,:)\n–—-]|{lexicon.alternatives('grammar', 'whose_voice')}\b|$)")


def plain(text: str) -> str:
    """Folded own words without whom they are addressed to."""
    return lexicon.fold(MENTION.sub(" ", own_words(text)))


def consents(text: str, stated: Collection[str], *, names: Collection[str] = (), strictly: bool = False) -> bool:
    """Plain consent: words of consent, fillers, names, and words of the statement itself.

    What goes on behind a sign says nothing against it; `strictly`: nothing goes on.
    """
    said = plain(text)
    opening = lexicon.opening("consent", "openings").match(said)
    if opening is None or len(said) > MAX_CONSENT or "?" in said:
        return False
    rest = said[opening.end() :]
    while more := lexicon.opening("consent", "openings").match(rest):
        rest = rest[more.end() :]
    known = [*stated, *names]
    added = [
        word
        for word in content_words(rest)
        if not _is_filler(word) and not any(same_word(word, each) for each in known)
    ]
    if not added and not speaks_against(rest, stated):
        return True
    goes_on = _separator().match(said[opening.end() :]) and not lexicon.opening("grammar", "asking").match(rest)
    return bool(goes_on) and not strictly and not speaks_against(rest, stated) and not _weighs(rest, stated)


def _is_filler(word: str) -> bool:
    return word in lexicon.words("consent", "fillers")


def speaks_against(text: str, stated: Collection[str]) -> bool:
    """Any phrase by which people take back, correct, refuse or make conditions, but for the statement's own words."""
    said = lexicon.fold(text)
    found = lexicon.pattern("against", "phrases").finditer(said)
    return any(not set(WORD.findall(each[0])) <= set(stated) or not WORD.search(each[0]) for each in found)


def _weighs(text: str, stated: Collection[str]) -> bool:
    """Words that limit, compare or ask, and figures that the statement does not hold."""
    said = lexicon.fold(text)
    found = {match[0] for match in lexicon.pattern("against", "markers", lexicon.languages_of(said)).finditer(said)}
    figures = {word for word in content_words(said) if any(map(str.isdigit, word))}
    return bool((found | figures) - set(stated)) or "?" in said


def confirms(text: str) -> bool:
    said = plain(text)
    rest, found = lexicon.pattern("confirm", "phrases").subn(" ", said)
    return found > 0 and "?" not in said and not speaks_against(rest, ())


def is_thanks(text: str) -> bool:
    """Nothing but thanks, receipt and goodbye."""
    rest = lexicon.pattern("thanks", "phrases").sub(" ", plain(text))
    rest = lexicon.opening("consent", "openings").sub(" ", rest)
    return all(_is_filler(word) for word in content_words(rest))


def relates(text: str, stated: Collection[str]) -> bool:
    """Whether it may be about the statement: it repeats a word, points to it, or is very short."""
    said = plain(text)
    return (
        (len(said.split()) <= SHORT and "?" not in said)
        or len(said.split()) <= VERY_SHORT
        or lexicon.search("deictic", "words", said) is not None
        or bool(shared(stated, content_words(said)))
    )


def repeats(text: str, stated: Collection[str]) -> bool:
    """Whether a text far from a statement is about the same thing."""
    common = len(shared(stated, content_words(plain(text))))
    return common >= min(MIN_SHARED, len(stated)) or common >= MIN_SHARE * max(len(stated), 1)


def opposes_near(text: str, stated: Collection[str], *, is_author: bool) -> bool:
    """Of what is said soon after. Its author has to say nothing about it to take it back."""
    said = plain(text)
    if not said:
        return False
    strong, weak = speaks_against(said, stated), _weighs(said, stated)
    if is_author and strong:
        return True
    return (strong or weak) and relates(text, stated)


def opposes_far(text: str, stated: Collection[str], *, is_party: bool) -> bool:
    """Of what is said long after, or elsewhere in the channel."""
    said = plain(text)
    strong, weak = speaks_against(said, stated), _weighs(said, stated)
    if repeats(text, stated) and (strong or weak):
        return True
    points_back = lexicon.search("against_far", "back_references", said) is not None
    return strong and (points_back or (is_party and relates(text, stated)))
