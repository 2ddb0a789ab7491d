"""Questions a stranger can understand: whole, impersonal, about something they name."""

import re
from collections.abc import Container
from typing import Final, NamedTuple

from assay.ai.rules.context_free import OPENS_WITH_PRONOUN, loose_pronouns, points_elsewhere
from assay.ai.rules.language import content_words, is_english, noun_phrases, specificity
from assay.ai.rules.lexicon import alternatives, opening, phrases
from assay.ai.rules.sentences import Sentence, sentences, tidy
from assay.ai.rules.turns import Turn

ASKS: Final = re.compile(rf"\?\s*$|^{alternatives('question', 'asking')}\b", re.IGNORECASE)
WELL_ASKED: Final = opening("question", "well_asked")
PERSONAL: Final = phrases("question", "personal")
PERSONAL_OPENING: Final = opening("question", "personal_openings")
LED_IN: Final = re.compile(
    r"^.{0,60}?\b(?:wondering|know|question|tell me|figure out|explain)\b[,:]?\s+(?:if |whether )?"
    r"(?=(?:how|why|what|where|which)\b)",
    re.IGNORECASE,
)
SET_OFF: Final = re.compile(
    r"^[^?]{0,80}?[,.-]\s+"
    r"(?=(?:how (?:do|can|to|would)|is there|why (?:does|is|do)|can i|what is|any(?:one|body) know)\b)",
    re.IGNORECASE,
)
HARMLESS_PRONOUNS: Final = re.compile(
    r"\b(?:is|are) there\b|\bis it possible\b|\bdoes it (?:make sense|matter)\b", re.IGNORECASE
)


class Question(NamedTuple):
    bare: str
    """What is asked, without the words that lead to it: what it is judged by."""
    sentence: Sentence

    @property
    def text(self) -> str:
        """In whole, as it was asked."""
        return self.sentence.text


def asks(text: str) -> bool:
    return ASKS.search(text) is not None


def question_of(turn: Turn, people: Container[str]) -> Question | None:
    """The most specific well-asked question of a turn."""
    asked = [Question(_bare(sentence.text), sentence) for sentence in sentences(turn) if asks(sentence.text)]
    good = [question for question in asked if is_well_asked(question.bare, people)]
    return max(good, key=lambda question: specificity(question.bare, people), default=None)


def _bare(text: str) -> str:
    bare = tidy(SET_OFF.sub("", LED_IN.sub("", text)))
    return bare if bare.endswith("?") else bare.rstrip(". ") + "?"


def is_well_asked(text: str, people: Container[str]) -> bool:
    if not 5 <= len(text.split()) <= 32 or len(content_words(text, people)) < 2 or not WELL_ASKED.match(text):
        return False
    if (
        PERSONAL.search(text)
        or PERSONAL_OPENING.match(text)
        or OPENS_WITH_PRONOUN.match(text)
        or not is_english(f"{text} the")
    ):
        return False
    bare = HARMLESS_PRONOUNS.sub("", text)
    if loose_pronouns(bare) or points_elsewhere(bare) or text.count("(") != text.count(")"):
        return False
    return bool(noun_phrases(text, people))
