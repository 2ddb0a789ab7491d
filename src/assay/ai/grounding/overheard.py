"""What was said after a statement, as far as it may be about it: each message must be understood, or the machine waits.

Understood is consent, thanks, confirmation, where somebody was, an answer to a question of facts, and what is provably
about something else. `opposition` looks for what speaks against a statement; this asks whether anything may.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from typing import Final

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding.asides import asks_for_facts, ends_asking_for_facts, is_aside, is_thanks
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import agrees
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import MIN_SHARED, SHORT, Subject, count_common, plain, points_to_it
from assay.ai.grounding.reactions import MIN_SHARE_FAR
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import content_words

SECONDS_TO_COME_BACK: Final = 48 * 3600
MAX_MESSAGES: Final = 500
MAX_SAID: Final = 5
"""Messages, from which on a word is what everybody there speaks of."""


def not_understood(talk: Talk, message: Message, subject: Subject) -> Message | None:
    """The first message that may be about a statement."""
    before, beside = message, False
    said = list(in_talk(talk, message, subject))
    for at, later in enumerate(said):
        replies = _replies(later, before, beside)
        points_beside = beside and not may_be_one(later.author, before.author)
        beside = is_elsewhere(later.text, subject, may_point=points_beside)
        is_placed = beside or _is_placed(later, subject) or replies
        if not is_placed and not _is_settled(later, said[at + 1 :], subject):
            return later
        before = later
    return None


def in_talk(talk: Talk, message: Message, subject: Subject) -> Iterator[Message]:
    """The talk in which a statement was made, until another one begins; and what those who spoke in it say later of
    the same thing."""
    near = list(takewhile(lambda each: not _opens_another(each.text, subject), talk.near(message, subject)))
    yield from near
    ids, parties = {each.id for each in near}, {each.author for each in (message, *near)}
    later = takewhile(lambda each: seconds_between(message, each) <= SECONDS_TO_COME_BACK, talk.after(message))
    own = _own_words(talk, subject)
    yield from (
        each for each in later if each.id not in ids and each.author in parties and _comes_back(each.text, own, subject)
    )


def _own_words(talk: Talk, subject: Subject) -> Subject:
    """The words of a statement that are not on everybody's lips in its channel."""
    said = Counter(word for each in islice(talk.messages, MAX_MESSAGES) for word in content_words(each.text))
    return replace(subject, words=frozenset(word for word in subject.words if said[word] <= MAX_SAID))


def _comes_back(said: str, own: Subject, subject: Subject) -> bool:
    return count_common(plain(said), own) >= MIN_SHARED and not _opens_another(said, subject)


def _opens_another(said: str, subject: Subject) -> bool:
    """Another talk: a decision or a question for facts in which less than half of the statement is named."""
    opens = bool(decisions_in(said)) or asks_for_facts(said)
    is_about_it = count_common(plain(said), subject) >= MIN_SHARE_FAR * len(subject.words)
    return opens and not is_about_it and not points_to_it(plain(said))


def _is_placed(said: Message, subject: Subject) -> bool:
    return agrees(said.text, subject) or is_thanks(said.text) or is_aside(said.text) or confirms(said.text)


def _is_settled(said: Message, after: Sequence[Message], subject: Subject) -> bool:
    """Whether the same person consents to the statement, or confirms it, afterwards."""
    own = (each.text for each in after if may_be_one(each.author, said.author))
    return any(agrees(each, subject) or confirms(each) for each in own)


def _replies(said: Message, before: Message, beside: bool) -> bool:
    """Whether a few words answer the question that was asked just before, of facts or `beside` the statement."""
    is_short = len(said.text.split()) <= SHORT and not may_be_one(said.author, before.author)
    return is_short and (ends_asking_for_facts(before.text) or (beside and before.text.rstrip().endswith("?")))
