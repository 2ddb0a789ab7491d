"""What is said beside a statement: where somebody was, what somebody wants to know, and thanks."""

import re
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.hearing import AGAINST, end_of, found_in, lead_in, plain, points_to_it
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.words import WORD, content_words

MAX_ASIDE: Final = 120
"""Characters."""


def is_aside(text: str) -> bool:
    """Where somebody was or is going: neither to be agreed to nor against anything."""
    said = plain(text)
    if lexicon.pattern("aside", "small_talk").fullmatch(said.strip(" ?!.)(")):
        return True
    found = opens_aside(said)
    return found is not None and "?" not in said and len(said) <= MAX_ASIDE and not _objects(said, found.end())


def opens_aside(said: str) -> re.Match[str] | None:
    begin = end_of(lead_in().match(said))
    sorry = lexicon.opening("against", "apologies").match(said, begin)
    opening = lexicon.opening("aside", "openings")
    return opening.match(said, begin) or (opening.match(said, sorry.end()) if sorry else None)


def _objects(said: str, start: int) -> bool:
    """Whether words against something stand behind the beginning."""
    rest, languages = said[start:], lexicon.languages_of(said)
    return points_to_it(rest) or any(found_in(rest, key, languages) for key in (*AGAINST, "markers"))


def asks(text: str) -> bool:
    """It ends in a question, and in none that says something: "isn't it fourteen days?"."""
    said = plain(text)
    negative = lexicon.search("polarity", "negative", said)
    return (said.endswith("?") and not negative) or asks_for_facts(text)


def ends_asking_for_facts(text: str) -> bool:
    own = own_words(text)
    spans = sentence_spans(own)
    return bool(spans) and asks_for_facts(own[slice(*spans[-1])])


def asks_for_facts(text: str) -> bool:
    """A question that nobody can agree to: no proposal, and no figure to say yes to, but where it asks for a person."""
    said = plain(text)
    begins = {end_of(lead_in().match(said)), end_of(opens_aside(said))}
    opens = any(
        lexicon.opening("grammar", key).match(said, begin) for key in ("asking", "inverted") for begin in begins
    )
    figures = any(
        any(map(str.isdigit, word)) or word in lexicon.words("grammar", "calendar") for word in WORD.findall(said)
    )
    whom = any(lexicon.opening("asks_for", "person").match(said, begin) for begin in begins)
    return (
        opens
        and ("?" in said or len(sentence_spans(text)) == 1)
        and not (figures and not whom)
        and not lexicon.search("undecided", "vote", said)
        and not lexicon.search("undecided", "suggestion", said)
    )


def is_thanks(text: str) -> bool:
    """Nothing but thanks, receipt and goodbye."""
    said = plain(text)
    if lexicon.opening("against", "refusals").match(said):
        return False
    rest = lexicon.pattern("thanks", "phrases").sub(" ", said)
    rest = lexicon.opening("consent", "openings").sub(" ", rest)
    return content_words(rest) <= lexicon.words("consent", "fillers") and not lexicon.search(
        "polarity", "negative", rest
    )
