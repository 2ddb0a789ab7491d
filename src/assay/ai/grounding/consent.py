"""Plain consent to a statement, and words that take something from it."""

import re
from functools import cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.asides import asks_for_facts
from assay.ai.grounding.hearing import (
    MENTION,
    Subject,
    count_common,
    end_of,
    found_in,
    languages_for,
    lead_in,
    plain,
    points_to_it,
    speaks_against,
    weighs,
)
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.words import WORD, content_words, same_word, shared

MAX_CONSENT: Final = 400
"""Characters of a message that may be plain consent."""
NEXT_WORD: Final = re.compile(r"\s*,?\s*([^\W\d_]+)(?![\w'])")
MIN_BESIDE: Final = 2
"""Words of a remark about other things: "from Monday" alone is about what was decided."""


@cache
def _separator() -> re.Pattern[str]:
    """What may stand between a word of consent and whatever else is said: a sign, or whose voice it is."""
    return re.compile(rf"\s*(?:[.!;,:)(\n–—-]|{lexicon.alternatives('grammar', 'whose_voice')}\b|$)")


def consents(text: str, subject: Subject, *, strictly: bool = False) -> bool:
    """Plain consent in one sentence, and nothing against it in any. `strictly`: nothing else is said."""
    return not jests(own_words(text)) and agrees(text, subject, strictly=strictly)


def agrees(text: str, subject: Subject, *, strictly: bool = False) -> bool:
    """The same, in jest or not."""
    own = MENTION.sub(" ", own_words(text))
    if len(own) > MAX_CONSENT:
        return False
    said = [_but_approval(lexicon.fold(own[slice(*span)])) for span in sentence_spans(own)]
    consenting = [_consents(each, subject, strictly=strictly) for each in said]
    if not any(consenting) or (strictly and not all(consenting)):
        return False
    rest = [each for each, consent in zip(said, consenting, strict=True) if not consent]
    return all(_leaves_it(each, subject) for each in rest)


def _leaves_it(said: str, subject: Subject) -> bool:
    """Whether what is said beside consent takes nothing from it: it weighs nothing, or speaks of other things."""
    if lexicon.opening("limiting", "reserving").match(said) or lexicon.search("undecided", "hedge", said):
        return False
    return _is_beside(said, subject) or not (speaks_against(said, subject) or weighs(said, subject))


def _is_beside(said: str, subject: Subject) -> bool:
    """A question about facts or a remark in which nothing can be about the statement."""
    languages = languages_for(said, subject)
    if "?" in said and not (asks_for_facts(said) and not lexicon.opening("grammar", "doubting").match(said)):
        return False
    return (
        not count_common(said, subject)
        and not points_to_it(said)
        and not lexicon.opening("limiting", "openings").match(said)
        and not any(found_in(said, key, languages) for key in ("retractions", "phrases", "markers"))
        and len({word for word in content_words(said) if not any(map(str.isdigit, word))}) >= MIN_BESIDE
    )


def consents_formally(text: str) -> bool:
    """By words that answer no question about facts: "agreed", and not "yes" or "+1"."""
    said = plain(text)
    return lexicon.pattern("consent", "strong").match(said, end_of(lead_in().match(said))) is not None


def jests(said: str) -> bool:
    return lexicon.pattern("consent", "in_jest").search(lexicon.fold(said)) is not None


def _but_approval(said: str) -> str:
    """Without what only praises: "as we said on Friday", "should have been so for years"."""
    rest = lexicon.pattern("consent", "approving").sub("", said)
    return rest if WORD.search(rest) else said


def _consents(said: str, subject: Subject, *, strictly: bool) -> bool:
    """Words of consent, fillers, names and words of the statement; what goes on behind a sign says nothing against."""
    begin = end_of(lead_in().match(said))
    opening = _consent_at(said, 0) or _consent_at(said, begin) or _echo_at(said, begin, subject)
    if opening is None or "?" in said:
        return False
    rest = said[opening:]
    while (more := _consent_at(rest, 0)) is not None:
        rest = rest[more:]
    known = [*subject.words, *subject.names, *_beside_consent()]
    added = [word for word in content_words(rest) if not any(same_word(word, each) for each in known)]
    if not added and not speaks_against(rest, subject):
        return True
    rest = rest.lstrip(" ,.;:!)(-")
    if _echoes_otherwise(rest, subject):
        return False
    behind = said[opening:]
    goes_on = any(map(_separator().match, (behind, _behind_fillers(behind)))) and not _asking().match(rest)
    return bool(goes_on) and not strictly and _leaves_it(rest, subject)


@cache
def _asking() -> re.Pattern[str]:
    return lexicon.opening("grammar", "asking")


@cache
def _beside_consent() -> frozenset[str]:
    """Words that may stand beside consent without changing it."""
    return lexicon.words("consent", "fillers") | lexicon.words("grammar", "titles")


def _behind_fillers(said: str) -> str:
    while (word := NEXT_WORD.match(said)) and word[1] in _beside_consent():
        said = said[word.end() :]
    return said


def _echo_at(said: str, start: int, subject: Subject) -> int | None:
    """Where "teal it is" ends, of words that were decided."""
    found = lexicon.pattern("consent", "echoes").match(said, start)
    named = content_words(next(filter(None, found.groups()), "")) if found else frozenset()
    return found.end() if found and named and named <= shared(named, subject.words) else None


def _echoes_otherwise(said: str, subject: Subject) -> bool:
    """ "Per line it is", where something else was decided: agreement with a correction."""
    found = lexicon.pattern("consent", "echoes").search(said)
    named = content_words(next(filter(None, found.groups()), "")) if found else frozenset()
    return bool(named - shared(named, subject.words))


def _consent_at(said: str, start: int) -> int | None:
    found = lexicon.opening("consent", "openings").match(said, start)
    return found.end() if found and found.end() > start else None
