"""What somebody says after a statement, as far as it concerns the statement."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.words import WORD, content_words, same_word, shared

MAX_CONSENT: Final = 400
"""Characters of a message that may be plain consent."""
MENTION: Final = re.compile(r"<?@[\w|.-]{1,60}>?[:,]?")
SHORT: Final = 4
"""Words of a message so short that it can only concern what was said just before."""
VERY_SHORT: Final = 2
MIN_RESULT: Final = 2
"""Content words that tell what came of an answer."""
MIN_SHARED: Final = 2
MIN_SHARE: Final = 0.4
"""Of the words of a statement, that a text must repeat to be about it beyond doubt."""

MIN_SHARE_FAR: Final = 0.5
"""The same for what is said long after."""
MIN_SHARE_OF_A_PARTY: Final = 0.6
MIN_SHARE_OF_A_RESTATEMENT: Final = 0.75
"""From here on a text says the same again; with another number or limit it says something else of it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The statement that later words may concern."""

    words: frozenset[str] = frozenset()
    """Its content words, folded."""
    names: frozenset[str] = frozenset()
    """Those of its author."""
    languages: tuple[str, ...] = ()
    """Those it may be written in; what is too short to tell is read in them."""

    @classmethod
    def of(cls, stated: str, author: str = "") -> "Subject":
        return cls(content_words(stated), content_words(author), lexicon.languages_of(lexicon.fold(stated)))


@cache
def _separator() -> re.Pattern[str]:
    """What may stand between a word of consent and whatever else is said: a sign, or whose voice it is."""
    return re.compile(rf"\s*(?:[.!;,:)(\n–—-]|{lexicon.alternatives('grammar', 'whose_voice')}\b|$)")


@cache
def _lead_in() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{lexicon.alternatives('grammar', 'lead_in')}\b[\s,.!:;–—-]*){{0,3}}")


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Folded own words without whom they are addressed to."""
    return lexicon.fold(MENTION.sub(" ", own_words(text)))


def consents(text: str, subject: Subject, *, strictly: bool = False) -> bool:
    """Plain consent in one sentence, and nothing against it in any. `strictly`: nothing else is said."""
    own = MENTION.sub(" ", own_words(text))
    if len(own) > MAX_CONSENT or "?" in own:
        return False
    said = [lexicon.fold(own[slice(*span)]) for span in sentence_spans(own)]
    consenting = [_consents(each, subject, strictly=strictly) for each in said]
    if not any(consenting) or (strictly and not all(consenting)):
        return False
    rest = [each for each, consent in zip(said, consenting, strict=True) if not consent]
    return not any(speaks_against(each, subject) or _weighs(each, subject) for each in rest)


def _consents(said: str, subject: Subject, *, strictly: bool) -> bool:
    """Words of consent, fillers, names and words of the statement; what goes on behind a sign says nothing against."""
    opening = _consent_at(said, 0) or _consent_at(said, _end(_lead_in().match(said)))
    if opening is None:
        return False
    rest = said[opening:]
    while (more := _consent_at(rest, 0)) is not None:
        rest = rest[more:]
    known = [*subject.words, *subject.names, *lexicon.words("consent", "fillers")]
    added = [word for word in content_words(rest) if not any(same_word(word, each) for each in known)]
    if not added and not speaks_against(rest, subject):
        return True
    goes_on = _separator().match(said[opening:]) and not lexicon.opening("grammar", "asking").match(rest)
    return bool(goes_on) and not strictly and not speaks_against(rest, subject) and not _weighs(rest, subject)


def _consent_at(said: str, start: int) -> int | None:
    found = lexicon.opening("consent", "openings").match(said, start)
    return found.end() if found and found.end() > start else None


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def speaks_against(said: str, subject: Subject) -> bool:
    """Any phrase by which people take back, refuse or make conditions, but for the statement's own words."""
    languages = _languages(said, subject)
    return any(_adds_to(_found(said, key, languages), subject) for key in ("retractions", "phrases"))


@lru_cache(maxsize=16_384)
def _found(said: str, key: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found[0] for found in lexicon.pattern("against", key, languages).finditer(said))


def _takes_back(said: str, subject: Subject) -> bool:
    """What its author needs no more than say."""
    languages = _languages(said, subject)
    found = (each for key in ("retractions", "jests") for each in _found(said, key, languages))
    return _adds_to(found, subject) or _apologises(said)


def _apologises(said: str) -> bool:
    """Of its author only it means that the statement was wrong."""
    return lexicon.pattern("against", "apologies").search(said) is not None


def _weighs(said: str, subject: Subject) -> bool:
    """Words that limit, compare or ask, and figures that the statement does not hold."""
    calendar = lexicon.words("grammar", "calendar")
    figures = {word for word in content_words(said) if word in calendar or any(map(str.isdigit, word))}
    return (
        _adds_to(_found(said, "markers", _languages(said, subject)), subject)
        or bool(figures - subject.words)
        or "?" in said
    )


def _shifts(said: str, subject: Subject) -> bool:
    """Words by which something else is said of the same thing."""
    return _weighs(said, subject) or _adds_to(_found(said, "shifts", _languages(said, subject)), subject)


def _languages(said: str, subject: Subject) -> tuple[str, ...]:
    """Those of the text that the statement may be in too, else both."""
    own = lexicon.languages_of(said)
    both = tuple(name for name in own if name in subject.languages)
    return both or tuple(sorted({*own, *subject.languages}))


def _adds_to(phrases: Iterable[str], subject: Subject) -> bool:
    return any(not WORD.search(each) or not set(WORD.findall(each)) <= subject.words for each in phrases)


def confirms(text: str) -> bool:
    """Words by which whoever asked says that an answer is right, or thanks and tells what came of it."""
    said = plain(text)
    rest, found = lexicon.pattern("confirm", "phrases").subn(" ", said)
    if "?" in said or speaks_against(rest, Subject(languages=lexicon.language_of(said))) or _apologises(rest):
        return False
    return found > 0 or _tells_of_success(said)


def _tells_of_success(said: str) -> bool:
    """Thanks, with what was done or is now, and nothing that is still to be done or wrong."""
    thanks = lexicon.pattern("thanks", "gratitude")
    rest = thanks.sub(" ", said)
    if (
        rest == said
        or lexicon.search("confirm", "not_yet", rest)
        or _weighs(rest, Subject(content_words(rest), languages=lexicon.language_of(said)))
    ):
        return False
    return lexicon.search("confirm", "results", rest) is not None and len(content_words(rest)) >= MIN_RESULT


def is_thanks(text: str) -> bool:
    """Nothing but thanks, receipt and goodbye."""
    rest = lexicon.pattern("thanks", "phrases").sub(" ", plain(text))
    rest = lexicon.opening("consent", "openings").sub(" ", rest)
    return content_words(rest) <= lexicon.words("consent", "fillers") and not lexicon.search(
        "polarity", "negative", rest
    )


def _is_short(said: str) -> bool:
    return len(said.split()) <= (VERY_SHORT if "?" in said else SHORT)


def _points_to_it(said: str) -> bool:
    return lexicon.search("deictic", "words", said) is not None


def goes_on(text: str, subject: Subject) -> bool:
    """Whether somebody comes back to a statement after a silence."""
    said = plain(text)
    return (
        consents(text, subject)
        or is_thanks(text)
        or confirms(text)
        or _points_to_it(said)
        or _common(said, subject) >= MIN_SHARE_FAR * len(subject.words)
        or lexicon.opening("against", "retractions").match(said) is not None
    )


def repeats(text: str, subject: Subject) -> bool:
    """Whether a text is about the same thing, by its words alone."""
    common = _common(plain(text), subject)
    return 0 < common >= min(MIN_SHARED, MIN_SHARE * len(subject.words))


def opposes_near(text: str, subject: Subject, *, is_author: bool) -> bool:
    """Of what is said soon after. Its author need not name it to take it back."""
    said = plain(text)
    if not said:
        return False
    if (is_author and _takes_back(said, subject)) or _refuses(text, subject):
        return True
    if _is_short(said) or _points_to_it(said) or _common(said, subject) >= MIN_SHARE_FAR * len(subject.words):
        return speaks_against(said, subject) or _shifts(said, subject)
    return "?" not in said and repeats(said, subject) and speaks_against(said, subject)


def _refuses(text: str, subject: Subject) -> bool:
    """It begins with words of refusal, or with a sentence of a word or two against it, as "No.": what was said just
    before is meant."""
    own = MENTION.sub(" ", own_words(text))
    first = next((lexicon.fold(own[slice(*span)]) for span in sentence_spans(own)), "")
    if lexicon.opening("against", "refusals").match(plain(text)):
        return True
    return first != plain(text) and 0 < len(first.split()) <= VERY_SHORT and _weighs(first, subject)


def _common(said: str, subject: Subject) -> int:
    return len(shared(subject.words, content_words(said)))


def opposes_far(text: str, subject: Subject, *, is_party: bool) -> bool:
    """Of what is said long after, or elsewhere in the channel: it must be about the statement beyond doubt."""
    said = plain(text)
    common = _common(said, subject)
    if not common:
        return lexicon.search("against_far", "back_references", said) is not None and speaks_against(said, subject)
    share = MIN_SHARE_OF_A_PARTY if is_party else MIN_SHARE_OF_A_RESTATEMENT
    if common >= share * len(subject.words) and _shifts(said, subject):
        return True
    if not speaks_against(said, subject):
        return False
    if common >= MIN_SHARE_FAR * len(subject.words) or lexicon.search("against_far", "back_references", said):
        return True
    return is_party and _takes_back(said, subject)


def decides_otherwise(text: str, subject: Subject) -> bool:
    """A later decision about the same thing, in other words."""
    return any(
        _common(said, subject) >= MIN_SHARE_OF_A_PARTY * len(subject.words)
        and bool(content_words(said) - shared(content_words(said), subject.words))
        for each in decisions_in(text)
        for said in [lexicon.fold(text[slice(*each.bare)])]
    )


def states(text: str, subject: Subject) -> bool:
    """Whether it says something itself: neither consent, nor thanks, nor the receipt of an answer."""
    if decisions_in(text):
        return True
    return not (consents(text, subject) or is_thanks(text) or (confirms(text) and not repeats(text, subject)))
