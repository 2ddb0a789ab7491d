"""Who speaks against a statement after it was made: the first message that does, or may."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding import lexicon, reactions
from assay.ai.grounding.asides import ends_asking_for_facts, is_aside, is_thanks
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import agrees
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import SHORT, Subject, fails, plain, repeats, speaks_against
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import content_words, shared

SECONDS_TO_ANSWER: Final = 24 * 3600
SECONDS_TO_GO_ON: Final = 2 * SECONDS_TO_ANSWER
"""What whoever told or asked for a statement says next within this time may still be about it."""


@dataclass(frozen=True)
class StatementInTalk:
    """A statement in its talk, with what was said for it: the consents to a decision, the confirmation of an answer."""

    talk: Talk
    message: Message
    subject: Subject
    consents: Sequence[Message]
    asker: str | None = None
    """Whose question it answers."""

    @cached_property
    def ids(self) -> frozenset[UUID]:
        return frozenset({self.message.id, *(each.id for each in self.consents)})

    @property
    def owner(self) -> str:
        """Who knows best whether it stands: whoever decided, or asked."""
        return self.asker or self.message.author

    def is_author(self, later: Message) -> bool:
        return may_be_one(later.author, self.message.author)

    def is_party(self, later: Message) -> bool:
        involved = (self.message.author, *(each.author for each in self.consents), self.owner)
        return any(may_be_one(later.author, name) for name in involved)

    def is_of_his_own(self, later: Message) -> bool:
        """A question that only takes up what the same person spoke of before the statement: "and my meeting?"."""
        words = content_words(plain(later.text))
        if not later.text.rstrip().endswith("?") or not words or shared(words, self.subject.words):
            return False
        own = (each for each in self.talk.beside(self.message) if each.place_in_time < self.message.place_in_time)
        return words <= {word for each in own if each.author == later.author for word in content_words(each.text)}

    def is_detail(self, later: Message, before: Message) -> bool:
        """What whoever answered says to a further question, where the asker confirms the answer after it."""
        asks_on = self.asker is not None and may_be_one(before.author, self.asker) and "?" in before.text
        confirmed = any(each.place_in_time > later.place_in_time for each in self.consents)
        return asks_on and confirmed and self.is_author(later) and reactions.is_detail(later.text, before.text)

    def last_own(self, later: Message) -> Message | None:
        """The last thing but thanks and asides that the same person said there before, if it is part of this."""
        own = (each for each in self.talk.before(later) if may_be_one(each.author, later.author))
        before = next((each for each in own if each.id in self.ids or not _says_nothing(each)), None)
        return before if before and before.id in self.ids else None


def against(told: StatementInTalk) -> Message | None:
    near = {each.id for each in told.talk.near(told.message, told.subject)}
    said_before: Message | None = None
    for later in told.talk.after(told.message):
        before, said_before = said_before, later
        if before and told.is_of_his_own(before) and not may_be_one(before.author, later.author):
            opposes = False
        elif later.id in near:
            opposes = _near(told, later, before)
        else:
            opposes = _far(told, later) or _goes_on(told, later)
        if reactions.is_misplaced(later.text) and not told.last_own(later):
            continue
        if opposes or reactions.decides_otherwise(later.text, told.subject):
            return later
    return None


def _near(told: StatementInTalk, later: Message, before: Message | None) -> bool:
    if before and (_replies(later, before) or told.is_detail(later, before)):
        return False
    if told.is_of_his_own(later) or is_elsewhere(later.text, told.subject):
        return False
    return _opposes_near(told, later) and not (_is_settled(told, later) and _is_mild(later, told.subject))


def _opposes_near(told: StatementInTalk, later: Message) -> bool:
    subject, is_author = told.subject, told.is_author(later)
    if agrees(later.text, subject) or is_thanks(later.text):
        return False
    if not is_author and (is_aside(later.text) and not repeats(later.text, subject)):
        return False
    if not is_author and not decisions_in(later.text) and confirms(later.text):
        return False
    said = plain(later.text)
    if told.is_party(later) and not is_author and "?" not in said and speaks_against(said, subject):
        return True
    return reactions.opposes_near(later.text, subject, is_author=is_author)


def _far(told: StatementInTalk, later: Message) -> bool:
    is_party, is_answer = told.is_party(later), told.asker is not None
    if reactions.opposes_far(later.text, told.subject, is_party=is_party, is_answer=is_answer):
        return True
    return is_party and _takes_his_words_back(told, later)


def _takes_his_words_back(told: StatementInTalk, later: Message) -> bool:
    if reactions.withdraws(later.text):
        return True
    if not (before := told.last_own(later)):
        return False
    soon = seconds_between(before, later) <= SECONDS_TO_ANSWER
    return reactions.takes_back(later.text, told.subject, soon=soon)


def _goes_on(told: StatementInTalk, later: Message) -> bool:
    """Whether these are the next words of whoever decided or asked, within days, and more than consent or thanks."""
    if not may_be_one(later.author, told.owner) or not (before := told.last_own(later)):
        return False
    soon = seconds_between(before, later) <= SECONDS_TO_GO_ON
    return soon and reactions.adds_something(later.text, told.subject)


def _says_nothing(said: Message) -> bool:
    return is_thanks(said.text) or is_aside(said.text)


def _replies(said: Message, before: Message) -> bool:
    """Whether a few words answer the question of facts that was asked just before, rather than the statement."""
    is_short = len(said.text.split()) <= SHORT
    return is_short and not may_be_one(said.author, before.author) and ends_asking_for_facts(before.text)


def _is_settled(told: StatementInTalk, said: Message) -> bool:
    """Whether the same person consents afterwards."""
    return any(
        may_be_one(each.author, said.author) and each.place_in_time > said.place_in_time for each in told.consents
    )


def _is_mild(said: Message, subject: Subject) -> bool:
    words = plain(said.text)
    objects = speaks_against(words, subject) and (
        fails(words, subject) or lexicon.search("polarity", "negative", words)
    )
    return is_aside(said.text) or not objects
