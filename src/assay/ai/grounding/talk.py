"""What people said around a statement: in its thread, or in its channel as long as it was spoken of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Final
from uuid import UUID

from assay.ai.bots import is_bot_line
from assay.ai.conversations import SECONDS_WITHIN_A_CONVERSATION, seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding import reactions
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import consents
from assay.ai.grounding.hearing import Subject, repeats
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.voices import may_be_one

MAX_NEAR: Final = 20
"""Messages of a channel that may still be about a statement without naming it."""
SECONDS_BESIDE: Final = 15 * 60
"""What is said this long before or after a statement may be part of it."""
MAX_BESIDE: Final = 6


@dataclass(frozen=True, slots=True)
class Talk:
    """The messages of people in one channel, in order, and those of machines that are quoted."""

    messages: Sequence[Message]
    _places: Mapping[UUID, int] = field(init=False, repr=False)
    _roots: Mapping[str, UUID] = field(init=False, repr=False)
    """The message that each thread was begun below."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {each.id: at for at, each in enumerate(self.messages)})
        object.__setattr__(self, "_roots", dict(_roots(self.messages)))

    def after(self, message: Message) -> Iterator[Message]:
        """What people said after it, anywhere in the channel."""
        later = islice(self.messages, self._places[message.id] + 1, None)
        return (each for each in later if is_persons(each))

    def before(self, message: Message) -> Iterator[Message]:
        """What people said before it in the same place, the nearest first."""
        earlier = reversed(self.messages[: self._places[message.id]])
        return (
            each
            for each in earlier
            if is_persons(each) and (each.thread == message.thread or self._is_root(each, message.thread))
        )

    def _is_root(self, message: Message, thread: str | None) -> bool:
        return thread is not None and self._roots.get(thread) == message.id

    def near(self, message: Message, subject: Subject) -> list[Message]:
        """What is said of it: its thread, or the replies below it and the channel until other things are spoken of."""
        later = list(self.after(message))
        if message.thread:
            return [each for each in later if each.thread == message.thread]
        below = [each for each in later if self._is_root(message, each.thread)]
        beside = [message, *(each for each in later if each.thread is None)]
        spoken = islice(_conversation(beside, subject), MAX_NEAR)
        return sorted((*below, *spoken), key=lambda each: each.place_in_time)

    def beside(self, message: Message) -> list[Message]:
        """What anybody says in the same place shortly before and after."""
        after = (
            each for each in self.after(message) if each.thread == message.thread or self._is_root(message, each.thread)
        )
        return [
            each
            for each in (*islice(self.before(message), MAX_BESIDE), *islice(after, MAX_BESIDE))
            if abs(seconds_between(message, each)) <= SECONDS_BESIDE
        ]

    def by_its_author(self, message: Message) -> list[Message]:
        return [each for each in self.beside(message) if may_be_one(each.author, message.author)]


def _roots(messages: Sequence[Message]) -> Iterator[tuple[str, UUID]]:
    """Where a source does not mark it, the message before the first of a thread that reacts to it."""
    ids = {str(each.id): each.id for each in messages}
    first: dict[str, int] = {}
    for at, each in enumerate(messages):
        if each.thread:
            first.setdefault(each.thread, at)
    for thread, at in first.items():
        if thread in ids:
            yield thread, ids[thread]
        elif (before := _spoken_before(messages, at)) and _reacts(messages[at], before):
            yield thread, before.id


def _spoken_before(messages: Sequence[Message], at: int) -> Message | None:
    """The last message of the channel itself."""
    earlier = islice(reversed(messages[:at]), MAX_BESIDE)
    found = next((each for each in earlier if each.thread is None and is_persons(each)), None)
    return found if found and seconds_between(found, messages[at]) <= SECONDS_WITHIN_A_CONVERSATION else None


def _reacts(message: Message, before: Message) -> bool:
    """It says yes or no, or speaks of the same thing: the first of another talk does neither."""
    subject = Subject.of(before.text, before.author)
    if may_be_one(message.author, before.author):
        return False
    return (
        consents(message.text, subject)
        or confirms(message.text)
        or (not decisions_in(message.text) and repeats(message.text, subject))
    )


def is_persons(message: Message) -> bool:
    return not message.is_bot and not is_bot_line(message.text)


def _conversation(messages: Sequence[Message], subject: Subject) -> Iterator[Message]:
    """Those behind the first, until after a silence somebody speaks of something else."""
    for earlier, later in pairwise(messages):
        silence = seconds_between(earlier, later) > SECONDS_WITHIN_A_CONVERSATION
        if silence and not reactions.goes_on(later.text, subject):
            return
        yield later
