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
NEXT_WORD: Final = re.compile(r"\s*,?\s*([^\W\d_]+)(?![\w'])")
MIN_BESIDE: Final = 2
"""Words of a remark about other things: "from Monday" alone is about what was decided."""
MAX_ASIDE: Final = 120
"""Characters."""
AGAINST: Final = ("retractions", "phrases", "failures")
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
    return _is_beside(said, subject) or not (speaks_against(said, subject) or _weighs(said, subject))


def _is_beside(said: str, subject: Subject) -> bool:
    """A question about facts or a remark in which nothing can be about the statement."""
    languages = _languages(said, subject)
    if "?" in said and not (asks_for_facts(said) and not lexicon.opening("grammar", "doubting").match(said)):
        return False
    return (
        not _common(said, subject)
        and not _points_to_it(said)
        and not lexicon.opening("limiting", "openings").match(said)
        and not any(_found(said, key, languages) for key in ("retractions", "phrases", "markers"))
        and len({word for word in content_words(said) if not any(map(str.isdigit, word))}) >= MIN_BESIDE
    )


def consents_formally(text: str) -> bool:
    """By words that answer no question about facts: "agreed", and not "yes" or "+1"."""
    said = plain(text)
    return lexicon.pattern("consent", "strong").match(said, _end(_lead_in().match(said))) is not None


def jests(said: str) -> bool:
    return lexicon.pattern("consent", "in_jest").search(lexicon.fold(said)) is not None


def _but_approval(said: str) -> str:
    """Without what only praises: "as we said on Friday", "should have been so for years"."""
    rest = lexicon.pattern("consent", "approving").sub("", said)
    return rest if WORD.search(rest) else said


def is_aside(text: str) -> bool:
    """Where somebody was or is going: neither to be agreed to nor against anything."""
    said = plain(text)
    found = _opens_aside(said)
    return found is not None and "?" not in said and len(said) <= MAX_ASIDE and not _objects(said, found.end())


def _opens_aside(said: str) -> re.Match[str] | None:
    begin = _end(_lead_in().match(said))
    sorry = lexicon.opening("against", "apologies").match(said, begin)
    opening = lexicon.opening("aside", "openings")
    return opening.match(said, begin) or (opening.match(said, sorry.end()) if sorry else None)


def _objects(said: str, start: int) -> bool:
    """Whether words against something stand behind the beginning."""
    rest, languages = said[start:], lexicon.languages_of(said)
    return _points_to_it(rest) or any(_found(rest, key, languages) for key in (*AGAINST, "markers"))


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
    """A question that nobody can agree to: no proposal, and no time or figure to say yes to."""
    said = plain(text)
    opens = any(
        lexicon.opening("grammar", key).match(said, _end(_lead_in().match(said))) for key in ("asking", "inverted")
    )
    figures = any(
        any(map(str.isdigit, word)) or word in lexicon.words("grammar", "calendar") for word in WORD.findall(said)
    )
    return (
        opens
        and ("?" in said or len(sentence_spans(text)) == 1)
        and not figures
        and not lexicon.search("undecided", "suggestion", said)
    )


def _consents(said: str, subject: Subject, *, strictly: bool) -> bool:
    """Words of consent, fillers, names and words of the statement; what goes on behind a sign says nothing against."""
    begin = _end(_lead_in().match(said))
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


def _consent_at(said: str, start: int) -> int | None:
    found = lexicon.opening("consent", "openings").match(said, start)
    return found.end() if found and found.end() > start else None


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def speaks_against(said: str, subject: Subject) -> bool:
    """Any phrase by which people take back, refuse or make conditions, but for the statement's own words."""
    languages = _languages(said, subject)
    return any(_adds_to(_found(said, key, languages), subject) for key in AGAINST)


@lru_cache(maxsize=16_384)
def _found(said: str, key: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(found[0] for found in lexicon.pattern("against", key, languages).finditer(said))


def _takes_back(said: str, subject: Subject) -> bool:
    """What its author needs no more than say."""
    languages = _languages(said, subject)
    keys = ("retractions", "jests", "laughs") if len(said.split()) <= VERY_SHORT else ("retractions", "jests")
    return _adds_to((each for key in keys for each in _found(said, key, languages)), subject) or _apologises(said)


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
    if lexicon.search("confirm", "untried", said):
        return False
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
        or _opens_aside(said) is not None
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
    concerns = _points_to_it(said) or _common(said, subject) >= MIN_SHARE_FAR * len(subject.words)
    if concerns or (_is_short(said) and (is_author or repeats(said, subject))):
        return speaks_against(said, subject) or _shifts(said, subject)
    if _is_short(said):
        return speaks_against(said, subject) or _weighs(said, subject)
    is_meant = _common(said, subject) > 0 or _opens_aside(said) is not None
    return "?" not in said and is_meant and speaks_against(said, subject)


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
    return is_party


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
