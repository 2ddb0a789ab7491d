"""Whether people meant a statement, consented to it, and still stand by it: read from the talk in which it was made.

The machine approves alone only what it understands: what it cannot place near a statement counts against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from assay.ai.extractor import Message
from assay.ai.grounding import doubts, reactions
from assay.ai.grounding.own_words import Span, is_own, own_words
from assay.ai.grounding.reactions import Subject
from assay.ai.grounding.sentences import around
from assay.ai.grounding.statements import Statement, decisions_in
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import content_words, shared
from assay.ai.machines import is_machine_line

NEAR_MESSAGES: Final = 12
NEAR_SECONDS: Final = 3 * 24 * 3600
SECONDS_BESIDE: Final = 15 * 60
"""What its author says this long before or after a statement may be part of it."""
MESSAGES_BESIDE: Final = 3
SECONDS_TO_ANSWER: Final = 24 * 3600
MESSAGES_TO_ANSWER: Final = 20


class Verdict(StrEnum):
    SOUND = "sound"
    UNDECIDED = "undecided"
    """Its words are no decision and no answer that somebody confirmed."""
    UNCONFIRMED = "unconfirmed"
    """Too few other people consented to it."""
    TAKEN_BACK = "taken back"
    """Somebody whose word weighs there spoke against it, or its author did."""


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
    span: Span | None = None
    """The sentence that tells it, where it is a decision."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said in one channel, in order."""

    messages: Sequence[Message]
    _places: Mapping[UUID, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {each.id: at for at, each in enumerate(self.messages)})

    def after(self, message: Message) -> Sequence[Message]:
        return self.messages[self._places[message.id] + 1 :]

    def near(self, message: Message) -> list[Message]:
        """What is said next in the same thread or, outside threads, in the channel."""
        own = str(message.id)
        later = [each for each in self.after(message) if each.thread == message.thread or each.thread == own]
        return [
            each for each in later if message.thread or each.thread == own or _seconds(message, each) <= NEAR_SECONDS
        ][: NEAR_MESSAGES if not message.thread else None]

    def before(self, message: Message) -> list[Message]:
        """What was said just before it in the same place, the nearest first."""
        earlier = reversed(self.messages[: self._places[message.id]])
        return [each for each in earlier if each.thread == message.thread or str(each.id) == message.thread]


def _seconds(earlier: Message, later: Message) -> float:
    return (later.sent_at - earlier.sent_at).total_seconds()


def standing(talk: Talk, message: Message, start: int, end: int, *, min_voices: int = 2) -> Standing:
    """How the words at these places of a message stand. `min_voices`: other people who must consent to a decision."""
    span = around(message.text, start, end)
    if message.is_bot or is_machine_line(message.text):
        return Standing(Verdict.UNDECIDED, "a machine says it")
    if message.edited:
        return Standing(Verdict.UNDECIDED, "it was edited later", message=message)
    stated = next((each for each in decisions_in(message.text) if _touches(each.sentence, span)), None)
    if not is_own(message.text, *(stated.sentence if stated else span)):
        return Standing(Verdict.UNDECIDED, "it is quoted or pasted there")
    if stated is None:
        return _as_answer(talk, message, span)
    return _as_decision(talk, message, stated, min_voices)


def _touches(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _as_decision(talk: Talk, message: Message, stated: Statement, min_voices: int) -> Standing:
    subject = Subject.of(message.text[slice(*stated.stated)], message.author)
    if doubt := doubts.staged(each.text for each in _surrounding(talk, message)) or doubts.of_decision(
        message, stated, _beside(talk, message)
    ):
        return Standing(Verdict.UNDECIDED, doubt)
    consenting = _consenting(talk, message, subject, strictly=not stated.is_explicit)
    if against := _against(talk, message, subject, [message.author, *consenting]):
        return Standing(Verdict.TAKEN_BACK, f"{against.author}: {_short(against.text)}", consenting, against)
    if len(decisions_in(message.text)) > 1:
        return Standing(Verdict.UNCONFIRMED, "the message tells several decisions", consenting)
    if len(consenting) < min_voices:
        return Standing(
            Verdict.UNCONFIRMED, f"{len(consenting)} others consented, {min_voices} are asked for", consenting
        )
    because = f"decided by {message.author}, with the consent of {' and '.join(consenting)}"
    return Standing(Verdict.SOUND, because, consenting, span=stated.sentence)


def _as_answer(talk: Talk, message: Message, span: Span) -> Standing:
    asked = _question(talk, message)
    if asked is None:
        return Standing(Verdict.UNDECIDED, "nobody decided it, and it answers no question")
    if doubt := doubts.of_answer(message, span, _beside(talk, message)) or doubts.of_question(asked):
        return Standing(Verdict.UNDECIDED, doubt)
    subject = Subject.of(f"{message.text[slice(*span)]} {asked.text}")
    confirming = _confirming(talk, message, asked)
    if against := _against(talk, message, subject, [message.author, asked.author], authors=2):
        return Standing(Verdict.TAKEN_BACK, f"{against.author}: {_short(against.text)}", message=against)
    if confirming is None:
        return Standing(Verdict.UNCONFIRMED, f"{asked.author} did not confirm the answer")
    because = f"answered by {message.author}, confirmed by {confirming.author}"
    return Standing(Verdict.SOUND, because, (confirming.author,), asked=asked)


def _beside(talk: Talk, message: Message) -> list[Message]:
    """What its author says shortly before and after."""
    return [
        each
        for each in (*talk.before(message)[: MESSAGES_BESIDE * 2], *talk.near(message)[: MESSAGES_BESIDE * 2])
        if may_be_one(each.author, message.author) and abs(_seconds(each, message)) <= SECONDS_BESIDE
    ]


def _surrounding(talk: Talk, message: Message) -> list[Message]:
    """What anybody says shortly before and after."""
    beside = (*talk.before(message)[:MESSAGES_BESIDE], message, *talk.near(message)[:MESSAGES_BESIDE])
    return [each for each in beside if abs(_seconds(each, message)) <= SECONDS_BESIDE]


def _consenting(talk: Talk, message: Message, subject: Subject, *, strictly: bool) -> tuple[str, ...]:
    """The others who consent, until something else is said that they may mean."""
    found: list[str] = []
    elsewhere = False
    for later in talk.near(message):
        if later.is_bot or is_machine_line(later.text):
            continue
        consents = reactions.consents(later.text, subject, strictly=strictly)
        if consents and not may_be_one(later.author, message.author):
            is_new = not later.edited and not any(may_be_one(later.author, name) for name in found)
            if is_new and (not elsewhere or _names_it(later, subject)):
                found.append(later.author)
        elif not consents and not reactions.is_thanks(later.text):
            elsewhere = True
    return tuple(found)


def _names_it(later: Message, subject: Subject) -> bool:
    """Whether consent says itself what or whom it is given to."""
    return bool(shared(subject.words | subject.names, content_words(reactions.plain(later.text))))


def _against(
    talk: Talk, message: Message, subject: Subject, parties: Sequence[str], *, authors: int = 1
) -> Message | None:
    """The first later message that speaks against a statement, or may. `authors`: how many of the parties made it."""
    near = talk.near(message)
    beside = {each.id for each in near}
    for later in talk.after(message):
        if later.is_bot or is_machine_line(later.text):
            continue
        is_party = any(may_be_one(later.author, name) for name in parties)
        is_author = any(may_be_one(later.author, name) for name in parties[:authors])
        if later.id in beside:
            if reactions.consents(later.text, subject) or reactions.is_thanks(later.text):
                continue
            if is_party and reactions.confirms(later.text):
                continue
            if reactions.opposes_near(later.text, subject, is_author=is_author):
                return later
        elif reactions.opposes_far(later.text, subject, is_party=is_party):
            return later
    return None


def _question(talk: Talk, message: Message) -> Message | None:
    """The nearest question of somebody else, if no third person may have answered it in between."""
    between: list[Message] = []
    for earlier in talk.before(message)[:MESSAGES_TO_ANSWER]:
        if _seconds(earlier, message) > SECONDS_TO_ANSWER:
            return None
        if earlier.is_bot or may_be_one(earlier.author, message.author):
            continue
        if doubts.asks(earlier.text):
            return None if _another_answers(between, earlier, message) else earlier
        between.append(earlier)
    return None


def _another_answers(between: Iterable[Message], asked: Message, answered: Message) -> bool:
    """Whether a third person speaks of the same thing."""
    subject = Subject.of(f"{asked.text} {answered.text}")
    return any(
        not may_be_one(each.author, asked.author)
        and not reactions.is_thanks(each.text)
        and not reactions.consents(each.text, subject)
        and bool(shared(subject.words, content_words(own_words(each.text))))
        for each in between
    )


def _confirming(talk: Talk, message: Message, asked: Message) -> Message | None:
    """Where the asker says that the answer is right, before a third person answers otherwise."""
    between: list[Message] = []
    for later in talk.near(message):
        if later.is_bot or may_be_one(later.author, message.author):
            continue
        if may_be_one(later.author, asked.author) and reactions.confirms(later.text):
            return None if _another_answers(between, asked, message) else later
        between.append(later)
    return None


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 80 else said[:79] + "…"
