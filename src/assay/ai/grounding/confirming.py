"""What whoever asked says to an answer that is right."""

import re
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.hearing import Subject, apologises, plain, speaks_against, weighs
from assay.ai.grounding.words import content_words

NEGATED: Final = re.compile(r"\s(?:\w+\s)?(?:not|nicht|pas|niet|nie|nada|mica)(?!\w)")
"""Behind words of success."""
MIN_RESULT: Final = 2
"""Content words that tell what came of an answer."""


def confirms(text: str) -> bool:
    """Words by which whoever asked says that an answer is right, or thanks and tells what came of it."""
    said = plain(text)
    phrases = lexicon.pattern("confirm", "phrases")
    found = any(not NEGATED.match(said, each.end()) for each in phrases.finditer(said))
    rest = phrases.sub(" ", said)
    if any(lexicon.search("confirm", key, said) for key in ("untried", "narrowed")):
        return False
    if "?" in said or speaks_against(rest, Subject(languages=lexicon.language_of(said))) or apologises(rest):
        return False
    return found or _tells_of_success(said)


def _tells_of_success(said: str) -> bool:
    """Thanks, with what was done or is now, and nothing that is still to be done or wrong."""
    thanks = lexicon.pattern("thanks", "gratitude")
    rest = thanks.sub(" ", said)
    if (
        rest == said
        or lexicon.search("confirm", "not_yet", rest)
        or weighs(rest, Subject(content_words(rest), languages=lexicon.language_of(said)))
    ):
        return False
    return lexicon.search("confirm", "results", rest) is not None and len(content_words(rest)) >= MIN_RESULT
