"""What a claim rests on, weighed as a whole: which of its quotes count, whether they say it, and how they stand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from assay.ai.extractor import Message
from assay.ai.grounding.hearing import Subject
from assay.ai.grounding.reactions import states
from assay.ai.grounding.second_opinion import second_opinion
from assay.ai.grounding.standing import Standing, standing
from assay.ai.grounding.support import Ground, unsupported
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict
from assay.readers.records import TextSpan

NOBODY: Final = Standing(Verdict.UNDECIDED, "no person's words back it")
SEVERITY: Final = (Verdict.TAKEN_BACK, Verdict.SOUND, Verdict.UNCLEAR, Verdict.UNCONFIRMED, Verdict.UNDECIDED)
"""Which standing tells of several quotes, where no sound one says it all."""


class Quoted(NamedTuple):
    """A verified quote: the message and the places in its text."""

    message_id: UUID
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grounding:
    standing: Standing
    unsupported: Sequence[str] = ()
    """What the words that count do not say, or say and the claim leaves out."""
    compared: Sequence[str] = ()
    """The words that bear the claim out, where they do."""


def grounded(
    title: str, body: str, quotes: Iterable[Quoted], messages: Mapping[UUID, Message], talk: Talk, *, min_voices: int
) -> Grounding:
    """How a claim stands in its talk. `messages`: those that are quoted; a quote of any other does not count."""
    claimed = Subject.of(f"{title} {body}")
    found = [
        (quote, _stands(talk, messages[quote.message_id], quote, min_voices))
        for quote in quotes
        if quote.message_id in messages and states(messages[quote.message_id].text, claimed)
    ]
    if not found:
        return Grounding(NOBODY, unsupported(title, body, ()))
    people = {each.author for each in (*talk.messages, *messages.values())}
    counting = [ground for quote, each in found for ground in _counting(quote, each, messages, people)]
    missing = unsupported(title, body, counting) if counting else []
    sound = next((each for _, each in found if each.verdict is Verdict.SOUND), None)
    if sound and not missing:
        words = dict.fromkeys(ground.text[ground.start : ground.end] for ground in counting)
        return Grounding(sound, compared=tuple(words))
    telling = min((each for _, each in found), key=lambda each: SEVERITY.index(each.verdict))
    return Grounding(
        telling, missing or unsupported(title, body, [_ground(quote, messages, people) for quote, _ in found])
    )


def _stands(talk: Talk, message: Message, quote: Quoted, min_voices: int) -> Standing:
    found = standing(talk, message, quote.start, quote.end, min_voices=min_voices)
    return second_opinion(talk, message, TextSpan(quote.start, quote.end), found)


def _ground(quote: Quoted, messages: Mapping[UUID, Message], people: Set[str]) -> Ground:
    return Ground.heard(messages[quote.message_id].text, quote.start, quote.end, people)


def _counting(quote: Quoted, stands: Standing, messages: Mapping[UUID, Message], people: Set[str]) -> Iterator[Ground]:
    """A statement that the rules find sound, and the question that it answers."""
    if stands.verdict not in {Verdict.SOUND, Verdict.UNCLEAR}:
        return
    if stands.span:
        yield Ground.heard(messages[quote.message_id].text, *stands.span, people)
    else:
        yield _ground(quote, messages, people)
    if stands.asked:
        yield Ground.heard(stands.asked.text, 0, len(stands.asked.text), people)
