"""Whether a message answers a question: by a subject in common, or in the form that was asked for."""

import re
from itertools import pairwise
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.words import WORD, content_words, shared

FORMS: Final = ("number", "time", "place", "person", "way", "reason", "choice")
"""What may be asked for: `asks_for` in the lexicon tells by which words, `answers_with` by which it is answered."""
MAX_BARE: Final = 4
"""Words of an answer that is hardly more than a number."""
MAX_RIVAL: Final = 10
"""Words."""
NAMED: Final = re.compile(r"\s*([^\W\d_]+)\s\"")
"""What to press or choose: a word before a name in quotation marks."""
WITH_FIGURES: Final = ("number", "time", "choice")


def answers(question: str, answer: str, confirmation: str = "") -> bool:
    """`confirmation`: what whoever asked says to it; words of the answer in it show what is meant."""
    asked, told = own_words(question), own_words(answer)
    words = content_words(told)
    return bool(
        shared(content_words(asked), words)
        or shared(content_words(own_words(confirmation)), words)
        or _has_form(lexicon.fold(asked), lexicon.fold(told))
    )


def rivals(question: str, other: str) -> bool:
    """Whether few words with a figure answer where one is asked for."""
    asked, told = lexicon.fold(own_words(question)), lexicon.fold(own_words(other))
    wanted = any(lexicon.search("asks_for", form, asked) for form in WITH_FIGURES)
    known = lexicon.words("grammar", "calendar") | lexicon.numbers().keys()
    figures = any(map(str.isdigit, told)) or not known.isdisjoint(WORD.findall(told))
    return wanted and figures and len(told.split()) <= MAX_RIVAL


def _has_form(asked: str, told: str) -> bool:
    wanted = [form for form in FORMS if lexicon.search("asks_for", form, asked)]
    if any(lexicon.search("answers_with", form, told) for form in wanted):
        return True
    if any(form in WITH_FIGURES for form in wanted) and _has_figure(told):
        return True
    if "way" in wanted and _instructs(told):
        return True
    return not wanted and lexicon.opening("answers_with", "yes_or_no").match(told) is not None


def _has_figure(told: str) -> bool:
    known = lexicon.words("grammar", "calendar") | lexicon.numbers().keys()
    small = lexicon.words("grammar", "function_words")
    words = [*WORD.findall(told), ""]
    return any(
        any(map(str.isdigit, word)) or (word in known and (len(words) <= MAX_BARE or behind not in small))
        for word, behind in pairwise(words)
    )


def _instructs(told: str) -> bool:
    """A clause begins with what to do: "cut the rise to three hours"."""
    small = lexicon.words("grammar", "function_words")
    objects = lexicon.words("answers_with", "objects")
    sentences = (told[slice(*span)] for span in sentence_spans(told))
    clauses = [clause for each in sentences for clause in each.replace(" and ", ",").split(",")]
    return any(
        len(words) > 1 and words[0] not in small and any(word in objects for word in words[1:])
        for words in (WORD.findall(clause)[:3] for clause in clauses)
    ) or any((named := NAMED.match(clause)) and named[1] not in small for clause in clauses)
