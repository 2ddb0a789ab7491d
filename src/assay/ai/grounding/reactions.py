"""What somebody says after a statement: whether it goes on about it, speaks against it or decides otherwise."""

import re
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.asides import is_thanks, opens_aside
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import consents
from assay.ai.grounding.hearing import (
    MENTION,
    MIN_SHARED,
    VERY_SHORT,
    Subject,
    adds_figures,
    adds_to,
    apologises,
    count_common,
    end_of,
    fails,
    found_in,
    is_short,
    languages_for,
    lead_in,
    plain,
    points_to_it,
    repeats,
    retracts,
    shifts,
    speaks_against,
    weighs,
)
from assay.ai.grounding.limits import other_limits
from assay.ai.grounding.own_words import own_words
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.words import WORD, content_words, shared

MIN_SHARE_FAR: Final = 0.5
"""Of the words of a statement, that a text must repeat to be about it long after; or of the text's own words."""
MIN_SHARE_OF_NEXT_WORDS: Final = 0.3
"""Of what somebody says next, after a silence, that must repeat his statement."""
SAYS_AGAIN: Final = frozenset({"again", "still", "even", "earlier"})
"""Words that change nothing in what is said again."""
MIN_SHARE_OF_A_PARTY: Final = 0.6
MIN_SHARE_OF_A_RESTATEMENT: Final = 0.75
"""From here on a text says the same again; with another number or limit it says something else of it."""


def _takes_back(said: str, subject: Subject) -> bool:
    """What its author needs no more than say."""
    languages = languages_for(said, subject)
    keys = ("retractions", "jests", "laughs") if len(said.split()) <= VERY_SHORT else ("retractions", "jests")
    return adds_to((each for key in keys for each in found_in(said, key, languages)), subject) or apologises(said)


def goes_on(text: str, subject: Subject) -> bool:
    """Whether somebody comes back to a statement after a silence."""
    said = plain(text)
    return (
        consents(text, subject)
        or is_thanks(text)
        or opens_aside(said) is not None
        or confirms(text)
        or points_to_it(said)
        or count_common(said, subject) >= MIN_SHARE_FAR * len(subject.words)
        or lexicon.opening("against", "retractions").match(said) is not None
        or _corrects(said)
    )


def opposes_near(text: str, subject: Subject, *, is_author: bool) -> bool:
    """Of what is said soon after. Its author need not name it to take it back."""
    said = plain(text)
    if not said:
        return False
    if is_author and lexicon.opening("against", "second_thoughts").match(said):
        return True
    if (is_author and _takes_back(said, subject)) or _refuses(text, subject):
        return True
    concerns = points_to_it(said) or count_common(said, subject) >= MIN_SHARE_FAR * len(subject.words)
    if concerns or (is_short(said) and (is_author or repeats(said, subject))):
        return speaks_against(said, subject) or shifts(said, subject)
    if is_short(said):
        return speaks_against(said, subject) or weighs(said, subject)
    is_meant = count_common(said, subject) > 0 or opens_aside(said) is not None
    return "?" not in said and is_meant and speaks_against(said, subject)


def adds_something(text: str, subject: Subject) -> bool:
    """Of whoever told a statement, or asked for it: it is about that, in words of its own."""
    said = plain(text)
    is_new = bool(content_words(said) - shared(content_words(said), subject.words))
    return count_common(said, subject) > 0 and is_new and not (_is_placed(text, subject) or confirms(text))


def is_unplaced(text: str, subject: Subject) -> bool:
    """Of whoever told a decision, while it is spoken of: nobody knows what it is about."""
    return not is_short(plain(text)) and not _is_placed(text, subject)


def _is_placed(text: str, subject: Subject) -> bool:
    """Consent, thanks, or where somebody was."""
    return consents(text, subject) or is_thanks(text) or opens_aside(plain(text)) is not None


def _refuses(text: str, subject: Subject) -> bool:
    """It begins with words of refusal, or with a sentence of a word or two against it, as "No.": what was said just
    before is meant."""
    own = MENTION.sub(" ", own_words(text))
    first = next((lexicon.fold(own[slice(*span)]) for span in sentence_spans(own)), "")
    said = plain(text)
    if _corrects(said) or any(
        lexicon.opening("against", "refusals").match(each) for each in (said, _behind_a_name(said))
    ):
        return True
    return first != plain(text) and 0 < len(first.split()) <= VERY_SHORT and weighs(first, subject)


def _behind_a_name(said: str) -> str:
    """ "Cyrus, no, ...": behind whom it is said to."""
    name, *rest = re.split(r"[,:]\s", said, maxsplit=1)
    return rest[0] if rest and len(name.split()) <= VERY_SHORT else ""


def _corrects(said: str) -> bool:
    """It begins by putting right what somebody else said."""
    behind = (said[end_of(lead_in().match(said)) :], _behind_a_name(said))
    return any(lexicon.opening("against", "corrections").match(each) for each in behind)


def is_detail(text: str, asked: str) -> bool:
    """Of a reply to a further question: it limits nothing, corrects nothing and gives no other figure. "No" to a
    question in the negative says that it is so."""
    said, question = plain(text), plain(asked)
    subject = Subject(content_words(question))
    limits = any(lexicon.search("polarity", key, said) for key in ("except", "only", "condition", "without"))
    denies = lexicon.search("polarity", "negative", said) and not lexicon.search("polarity", "negative", question)
    return not (limits or denies or retracts(said, subject) or apologises(said) or adds_figures(said, subject))


def withdraws(text: str) -> bool:
    """Words by which somebody takes his consent back, whatever it was given to."""
    return lexicon.search("against", "withdrawals", plain(text)) is not None


def is_misplaced(text: str) -> bool:
    """It says that what its author said just before was not meant for here."""
    return lexicon.search("against", "misplaced", plain(text)) is not None


def takes_back(text: str, subject: Subject, *, soon: bool) -> bool:
    """Of the next words of the same person, after a silence. `soon`: they need not say what they are about."""
    said = plain(text)
    common, least = count_common(said, subject), 0 if soon else MIN_SHARE_OF_NEXT_WORDS * len(content_words(said))
    if common > least and speaks_against(said, subject):
        return True
    opens = lexicon.opening("against", "second_thoughts").match(said) is not None
    return soon and (opens or _takes_back(said, subject))


def opposes_far(text: str, subject: Subject, *, is_party: bool, is_answer: bool) -> bool:
    """Of what is said long after, or elsewhere in the channel: it must be about the statement beyond doubt.

    What went wrong, told by somebody who took part, concerns an answer; a decision has to be taken back.
    """
    said = plain(text)
    shared_words = count_common(said, subject)
    refers = lexicon.search("against_far", "back_references", said) is not None
    if not shared_words:
        return refers and speaks_against(said, subject)
    share = MIN_SHARE_OF_A_PARTY if is_party else MIN_SHARE_OF_A_RESTATEMENT
    if shared_words >= share * len(subject.words) and _says_otherwise(said, subject):
        return True
    if not speaks_against(said, subject):
        return False
    refers = refers or lexicon.search("against_far", "named_references", said) is not None
    replies = _corrects(said) or bool(shared(subject.names, content_words(said)))
    if refers or shared_words >= MIN_SHARE_FAR * len(subject.words) or (replies and repeats(text, subject)):
        return True
    speaks_of_it = shared_words >= MIN_SHARE_FAR * len(content_words(said))
    retracted = shared_words >= MIN_SHARED and retracts(said, subject)
    return is_party and (speaks_of_it or retracted or (is_answer and fails(said, subject)))


def _says_otherwise(said: str, subject: Subject) -> bool:
    """Of what says a statement again: with another figure or limit, or with words that it has changed."""
    if not shifts(said, subject):
        return False
    clause = max(_clauses(said), key=lambda each: count_common(each, subject))
    rest = lexicon.pattern("polarity", "only").sub(" ", clause)
    may, languages = lexicon.pattern("polarity", "may"), languages_for(said, subject)
    words = [each for key in ("markers", "shifts") for each in found_in(rest, key, languages)]
    telling = [each for each in words if not lexicon.is_limiting(each) and each not in SAYS_AGAIN]
    return (
        adds_to(telling, subject)
        or "?" in said
        or adds_figures(clause, subject)
        or any(other_limits(*(may.sub(" ", each) for each in (clause, said, lexicon.fold(subject.stated)))))
    )


def _clauses(said: str) -> list[str]:
    return re.split(r"[.;:]\s|,\s(?=(?:so|because|as|which|then)\b)", said)


def decides_otherwise(text: str, subject: Subject) -> bool:
    """A later decision about the same thing in other words, or a change of what was planned for it."""
    return _changes(plain(text), subject) or any(
        count_common(said, subject) >= MIN_SHARE_FAR * len(subject.words)
        and bool(content_words(said) - shared(content_words(said), subject.words))
        for each in decisions_in(text)
        for said in [lexicon.fold(text[slice(*each.bare)])]
    )


def _changes(said: str, subject: Subject) -> bool:
    """It begins with a change of plan, and what follows repeats the statement or begins with a word of it."""
    changed = lexicon.opening("against", "changes").match(said, end_of(lead_in().match(said)))
    if not changed:
        return False
    rest = said[changed.end() :]
    told = rest.partition(": ")[2] or rest
    first = next((word for word in WORD.findall(told) if word in content_words(told)), "")
    return repeats(told, subject) or bool(shared([first], subject.words))


def states(text: str, subject: Subject) -> bool:
    """Whether it says something itself: neither consent, nor thanks, nor the receipt of an answer."""
    is_said_again = count_common(plain(text), subject) >= MIN_SHARE_OF_A_RESTATEMENT * len(subject.words) > 0
    if decisions_in(text) or is_said_again:
        return True
    return not (consents(text, subject) or is_thanks(text) or (confirms(text) and not repeats(text, subject)))
