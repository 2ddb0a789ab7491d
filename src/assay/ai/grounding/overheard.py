"""What was said after a statement, as far as it may be about it: each message must be understood, or the machine waits.

Understood is consent, thanks, confirmation, where somebody was, an answer to a question of facts, and what is provably
about something else. `opposition` looks for what speaks against a statement; this asks whether anything may.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding.asides import ends_asking_for_facts, is_aside, is_thanks
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import agrees
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import SHORT, Subject, repeats
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.voices import may_be_one

SECONDS_TO_COME_BACK: Final = 48 * 3600
"""What whoever took part says next, within this time, may still be about it."""


def not_understood(talk: Talk, message: Message, subject: Subject, parties: Sequence[str]) -> Message | None:
    """The first message that may be about a statement. `parties`: who told it, asked for it and consented to it."""
    before: Message | None = None
    for later in heard(talk, message, subject, parties):
        if not (_is_placed(later, subject) or (before and _replies(later, before)) or is_elsewhere(later.text, subject)):
            return later
        before = later
    return None


def heard(talk: Talk, message: Message, subject: Subject, parties: Sequence[str]) -> Iterator[Message]:
    """The talk in which a statement was made; after it, what each party says next, and what repeats the statement."""
    near = {each.id for each in talk.near(message, subject)}
    back: set[str] = set()
    for later in talk.after(message):
        names = {name for name in parties if may_be_one(name, later.author)}
        if later.id in near or _comes_back(message, later, names - back) or repeats(later.text, subject):
            yield later
        if later.id not in near:
            back |= names


def _comes_back(message: Message, later: Message, parties: set[str]) -> bool:
    return bool(parties) and seconds_between(message, later) <= SECONDS_TO_COME_BACK


def _is_placed(said: Message, subject: Subject) -> bool:
    return agrees(said.text, subject) or is_thanks(said.text) or is_aside(said.text) or confirms(said.text)


def _replies(said: Message, before: Message) -> bool:
    """Whether a few words answer the question of facts that was asked just before."""
    is_short = len(said.text.split()) <= SHORT
    return is_short and not may_be_one(said.author, before.author) and ends_asking_for_facts(before.text)
