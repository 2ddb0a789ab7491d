"""What is provably about something else than a statement: the machine need not understand more of it.

It names nothing of the statement, points to nothing, denies, limits, compares and asks nothing. A phrase list of
objections always meets a new one; this asks the other way round.
"""

import unicodedata
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.asides import asks_for_facts
from assay.ai.grounding.hearing import (
    Subject,
    adds_figures,
    count_common,
    end_of,
    found_in,
    lead_in,
    plain,
    points_to_it,
)
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.terms import Known, terms
from assay.ai.grounding.words import content_words

CORRECTS: Final = "*"
"""Before words that replace some of what was said: "*Thursday"."""
DENIALS: Final = ("negative", "without")
AGAINST: Final = ("retractions", "phrases", "apologies")
MIN_OF_ITS_OWN: Final = 2
"""Words beside a figure, that say of what it is one."""


def is_elsewhere(text: str, subject: Subject, *, may_point: bool = False) -> bool:
    """A remark that cannot be about the statement, whatever it says of its own subject. `may_point`: to a remark just
    before it, which is elsewhere itself."""
    said = plain(text)
    if text.lstrip().startswith(CORRECTS) or ("?" in said and not (asks_for_facts(text) or _asks_around(said))):
        return False
    return (
        bool(content_words(said))
        and _is_read(said)
        and not ((_points(said) and not may_point) or _weighs(said) or _names(said, subject))
    )


def _asks_around(said: str) -> bool:
    return lexicon.opening("aside", "asking_around").match(said, end_of(lead_in().match(said))) is not None


def _is_read(said: str) -> bool:
    """Of the languages that are read all have Latin letters."""
    return all(unicodedata.name(each, "").startswith("LATIN") for each in said if each.isalpha())


def _points(said: str) -> bool:
    """A word stands for something else: "that", "it"."""
    languages = lexicon.languages_of(said)
    return points_to_it(said) or lexicon.pattern("deictic", "pronouns", languages).search(said) is not None


def _weighs(said: str) -> bool:
    """It denies, takes back or decides."""
    return (
        any(lexicon.search("polarity", each, said) for each in DENIALS)
        or any(found_in(said, each, lexicon.languages_of(said)) for each in AGAINST)
        or bool(decisions_in(said))
    )


def _names(said: str, subject: Subject) -> bool:
    """A word of the statement in some form, or one that says the same, or a bare figure."""
    known = Known.of(subject.stated, asking=said)
    told = [each for each in terms(said) if each.weighs]
    figures = len(told) < MIN_OF_ITS_OWN and adds_figures(said, subject)
    return figures or count_common(said, subject) > 0 or any(map(known.has, told))
