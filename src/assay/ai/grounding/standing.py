"""Whether people meant a statement, consented to it, and still stand by it: read from the talk in which it was made.

The machine approves alone only what it understands: what it cannot place near a statement counts against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding import doubts, reactions
from assay.ai.grounding.own_words import Span, is_own, own_words
from assay.ai.grounding.reactions import Subject
from assay.ai.grounding.sentences import around
from assay.ai.grounding.statements import Statement, decisions_in
from assay.ai.grounding.talk import Talk, is_persons
from assay.ai.grounding.verdict import Verdict
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import content_words, shared

SECONDS_TO_ANSWER: Final = 24 * 3600
MESSAGES_TO_ANSWER: Final = 20


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


def _touches(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _as_decision(talk: Talk, message: Message, stated: Statement, min_voices: int) -> Standing:
    subject = Subject.of(message.text[slice(*stated.stated)], message.author)
    if doubt := doubts.staged(each.text for each in (message, *talk.beside(message))) or doubts.of_decision(
        message, stated, talk.by_its_author(message)
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
    if doubt := doubts.of_answer(message, span, talk.by_its_author(message)) or doubts.of_question(asked):
        return Standing(Verdict.UNDECIDED, doubt)
    subject = Subject.of(f"{message.text[slice(*span)]} {asked.text}")
    confirming = _confirming(talk, message, asked)
    if against := _against(talk, message, subject, [message.author, asked.author], asker=asked.author):
        return Standing(Verdict.TAKEN_BACK, f"{against.author}: {_short(against.text)}", message=against)
    if confirming is None:
        return Standing(Verdict.UNCONFIRMED, f"{asked.author} did not confirm the answer")
    because = f"answered by {message.author}, confirmed by {confirming.author}"
    return Standing(Verdict.SOUND, because, (confirming.author,), asked=asked)


def _consenting(talk: Talk, message: Message, subject: Subject, *, strictly: bool) -> tuple[str, ...]:
    """The others who consent, until something else is said that they may mean."""
    found: list[str] = []
    elsewhere = False
    for later in talk.near(message, subject):
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
    talk: Talk, message: Message, subject: Subject, parties: Sequence[str], *, asker: str | None = None
) -> Message | None:
    """The first later message that speaks against a statement, or may. `parties`: its author and who consented."""
    near = {each.id for each in talk.near(message, subject)}
    involved = [*parties, asker] if asker else list(parties)
    for later in talk.after(message):
        is_author = may_be_one(later.author, message.author)
        is_party = any(may_be_one(later.author, name) for name in involved)
        if later.id in near:
            opposes = _opposes_near(later, subject, is_author=is_author, is_party=is_party)
        else:
            opposes = reactions.opposes_far(later.text, subject, is_party=is_party)
        if opposes or reactions.decides_otherwise(later.text, subject):
            return later
    return None


def _opposes_near(later: Message, subject: Subject, *, is_author: bool, is_party: bool) -> bool:
    if reactions.consents(later.text, subject) or reactions.is_thanks(later.text):
        return False
    if not is_author and not decisions_in(later.text) and reactions.confirms(later.text):
        return False
    said = reactions.plain(later.text)
    if is_party and not is_author and "?" not in said and reactions.speaks_against(said, subject):
        return True
    return reactions.opposes_near(later.text, subject, is_author=is_author)


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
    subject = Subject.of(f"{asked.text} {message.text}")
    for later in talk.near(message, subject):
        if may_be_one(later.author, message.author):
            continue
        if may_be_one(later.author, asked.author) and reactions.confirms(later.text):
            return None if _another_answers(between, asked, message) else later
        between.append(later)
    return None


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 80 else said[:79] + "…"
