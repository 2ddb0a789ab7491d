"""Whether people meant a statement, consented to it, and still stand by it: read from the talk in which it was made.

The machine approves alone only what it understands: what it cannot place near a statement counts against it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding import doubts
from assay.ai.grounding.answering import answers, rivals
from assay.ai.grounding.asides import asks, asks_for_facts, is_aside, is_thanks
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import consents, consents_formally, jests
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import Subject, plain
from assay.ai.grounding.opposition import SECONDS_TO_ANSWER, StatementInTalk, against
from assay.ai.grounding.own_words import is_own, own_words
from assay.ai.grounding.sentences import around
from assay.ai.grounding.statements import Statement, decisions_in
from assay.ai.grounding.talk import Talk, is_persons
from assay.ai.grounding.verdict import Verdict
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import WORD, content_words, shared
from assay.readers.records import TextSpan

MESSAGES_TO_ANSWER: Final = 20
NAME_PARTS: Final = re.compile(r"[\W_]+")
"""What stands between the parts of a name."""


@dataclass(frozen=True, slots=True)
class Standing:
    verdict: Verdict
    because: str
    """In words for a person."""
    voices: tuple[str, ...] = ()
    """Those who consented to it or confirmed it, one name of each."""
    message: Message | None = None
    """The one that speaks against it."""
    asked: Message | None = None
    """The question that it answers."""
    span: TextSpan | None = None
    """The sentence that tells it, where it is a decision."""


def standing(talk: Talk, message: Message, start: int, end: int, *, min_voices: int = 2) -> Standing:
    """How the words at these places of a message stand. `min_voices`: other people who must consent to a decision."""
    span = around(message.text, start, end)
    if not is_persons(message):
        return Standing(Verdict.UNDECIDED, "a machine says it")
    if message.edited:
        return Standing(Verdict.UNDECIDED, "it was edited later", message=message)
    stated = next((each for each in decisions_in(message.text) if _touches(each.sentence, span)), None)
    if not is_own(message.text, *(stated.sentence if stated else span)):
        return Standing(Verdict.UNDECIDED, "it is quoted or pasted there")
    if stated is None:
        return _as_answer(talk, message, span)
    return _as_decision(talk, message, stated, min_voices)


def _touches(one: TextSpan, other: TextSpan) -> bool:
    return one.start < other.end and other.start < one.end


def _as_decision(talk: Talk, message: Message, stated: Statement, min_voices: int) -> Standing:
    subject = Subject.of(stated.content(message.text), message.author)
    if doubt := doubts.staged(each.text for each in (message, *talk.beside(message))) or doubts.of_decision(
        message, stated, [each for each in talk.by_its_author(message) if not _laughs_at_others(talk, each, subject)]
    ):
        return Standing(Verdict.UNDECIDED, doubt)
    consents = _consenting(talk, message, subject, strictly=not stated.is_explicit)
    names = tuple(each.author for each in consents)
    if opposing := against(StatementInTalk(talk, message, subject, consents)):
        return Standing(Verdict.TAKEN_BACK, f"{opposing.author}: {short(opposing.text)}", names, opposing)
    if len(decisions_in(message.text)) > 1:
        return Standing(Verdict.UNCONFIRMED, "the message tells several decisions", names)
    if len(names) < min_voices:
        return Standing(Verdict.UNCONFIRMED, f"{len(names)} others consented, {min_voices} are asked for", names)
    because = f"decided by {message.author}, with the consent of {' and '.join(names)}"
    return Standing(Verdict.SOUND, because, names, span=stated.sentence)


def _laughs_at_others(talk: Talk, said: Message, subject: Subject) -> bool:
    """Without a word, and just behind what somebody else says of other things."""
    before = next(talk.before(said), None)
    if before is None or may_be_one(before.author, said.author):
        return False
    return WORD.search(said.text) is None and is_elsewhere(before.text, subject)


def _as_answer(talk: Talk, message: Message, span: TextSpan) -> Standing:
    asked = _question(talk, message)
    if asked is None:
        return Standing(Verdict.UNDECIDED, "nobody decided it, and it answers no question")
    if _asks_on(talk, asked):
        return Standing(Verdict.UNDECIDED, f"{asked.author} asks there for more of what was answered before")
    if doubt := doubts.of_answer(message, span, talk.by_its_author(message)) or doubts.of_question(asked):
        return Standing(Verdict.UNDECIDED, doubt)
    subject = Subject.of(f"{message.text[slice(*span)]} {asked.text}")
    confirming = _confirming(talk, message, asked)
    if not answers(asked.text, message.text, confirming.text if confirming else ""):
        return Standing(Verdict.UNDECIDED, f"it does not answer what {asked.author} asked")
    if opposing := against(StatementInTalk(talk, message, subject, [confirming] if confirming else [], asked.author)):
        return Standing(Verdict.TAKEN_BACK, f"{opposing.author}: {short(opposing.text)}", message=opposing)
    if confirming is None:
        return Standing(Verdict.UNCONFIRMED, f"{asked.author} did not confirm the answer")
    because = f"answered by {message.author}, confirmed by {confirming.author}"
    return Standing(Verdict.SOUND, because, (confirming.author,), asked=asked)


def _consenting(talk: Talk, message: Message, subject: Subject, *, strictly: bool) -> list[Message]:
    """The first consent of each other person that can only be meant for this statement."""
    found: list[Message] = []
    before: list[Message] = []
    for later in talk.near(message, subject):
        if not consents(later.text, subject, strictly=strictly):
            before.append(later)
            continue
        is_new = not any(may_be_one(later.author, each.author) for each in (message, *found))
        if is_new and not later.edited and (_names_it(later, subject) or not _is_meant_for_other(later, before)):
            found.append(later)
    return found


def _is_meant_for_other(later: Message, before: Sequence[Message]) -> bool:
    """Whether consent may be given to one of the messages that stand between it and the statement."""
    formal = consents_formally(later.text)
    return any(
        not (is_thanks(each.text) or is_aside(each.text) or may_be_one(each.author, later.author) or _agrees(each))
        and not (formal and _is_done_with(before, at, later.author))
        for at, each in enumerate(before)
    )


def _agrees(said: Message) -> bool:
    """With more words than consent has: nobody consents to another's consent."""
    return consents_formally(said.text) and not doubts.may_be_agreed_to(said.text)


def _is_done_with(before: Sequence[Message], at: int, who: str) -> bool:
    """Nobody says "agreed" to a question about facts, to the answer that it got, or to what he has replied to."""
    said = before[at]
    if asks_for_facts(said.text):
        return True
    earlier, later = before[at - 1] if at else None, before[at + 1] if at + 1 < len(before) else None
    if earlier and asks_for_facts(earlier.text) and not doubts.may_be_agreed_to(said.text):
        return True
    return later is not None and may_be_one(later.author, who) and not doubts.may_be_agreed_to(said.text)


def _names_it(later: Message, subject: Subject) -> bool:
    """Whether consent says itself what or whom it is given to."""
    return bool(shared(subject.words | subject.names, content_words(plain(later.text))))


def _question(talk: Talk, message: Message) -> Message | None:
    """The nearest question of somebody else, if no third person may have answered it in between."""
    between: list[Message] = []
    for earlier in islice(talk.before(message), MESSAGES_TO_ANSWER):
        if seconds_between(earlier, message) > SECONDS_TO_ANSWER:
            return None
        if may_be_one(earlier.author, message.author):
            continue
        if doubts.asks(earlier.text):
            return None if _another_answers(between, earlier, message) else earlier
        between.append(earlier)
    return None


def _asks_on(talk: Talk, asked: Message) -> bool:
    """Whether it goes on from a question of the same person that was not confirmed yet: "even on Sundays?"."""
    if doubts.opens_asking(asked.text):
        return False
    own = (each for each in islice(talk.before(asked), MESSAGES_TO_ANSWER) if may_be_one(each.author, asked.author))
    before = next((each for each in own if doubts.opens_asking(each.text) or confirms(each.text)), None)
    soon = before is not None and seconds_between(before, asked) <= SECONDS_TO_ANSWER
    return before is not None and soon and doubts.opens_asking(before.text)


def _another_answers(
    between: Iterable[Message], asked: Message, answered: Message, confirming: Message | None = None
) -> bool:
    """Whether a third person speaks of the same thing, and the confirmation does not name the answer more plainly."""
    answerer = content_words(NAME_PARTS.sub(" ", answered.author))
    if confirming and shared(content_words(plain(confirming.text)), answerer):
        return False
    subject = Subject.of(f"{asked.text} {answered.text}")
    named = content_words(plain(confirming.text)) if confirming else frozenset()
    return any(
        not may_be_one(each.author, asked.author)
        and not is_thanks(each.text)
        and not is_aside(each.text)
        and not asks(each.text)
        and not jests(each.text)
        and not consents(each.text, subject)
        and (shared(subject.words, content_words(own_words(each.text))) or rivals(asked.text, each.text))
        and len(shared(named, content_words(answered.text))) <= len(shared(named, content_words(own_words(each.text))))
        for each in between
    )


def _confirming(talk: Talk, message: Message, asked: Message) -> Message | None:
    """Where the asker says that the answer is right, before a third person answers otherwise."""
    between: list[Message] = []
    subject = Subject.of(f"{asked.text} {message.text}")
    for later in talk.near(message, subject):
        if may_be_one(later.author, message.author):
            continue
        if may_be_one(later.author, asked.author) and confirms(later.text):
            return None if _another_answers(between, asked, message, later) else later
        between.append(later)
    return None


def short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 80 else said[:79] + "…"
