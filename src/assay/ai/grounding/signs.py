"""A statement in its talk as signs that can be counted: the words around it, and what each message does.

For the classifier that judges beside the rules, and by other means: it knows no list of objections.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from math import log1p
from typing import Final, NamedTuple

from assay.ai.conversations import seconds_between
from assay.ai.extractor import Message
from assay.ai.grounding import lexicon
from assay.ai.grounding.asides import asks_for_facts, is_aside, is_thanks
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import consents
from assay.ai.grounding.elsewhere import is_elsewhere
from assay.ai.grounding.hearing import (
    Subject,
    adds_figures,
    count_common,
    plain,
    points_to_it,
    repeats,
    shifts,
    speaks_against,
)
from assay.ai.grounding.overheard import in_talk
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.voices import may_be_one
from assay.readers.records import TextSpan

TOKEN: Final = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
LETTERS: Final = 4
"""Of the pieces that words are cut into, so that forms of a word are alike."""
LETTERS_COUNT: Final = 0.3
ACTS_COUNT: Final = 3.0
MAX_AFTER: Final = 25
MAX_BEFORE: Final = 8
MAX_CHARACTERS: Final = 600
"""Of a message: what people say in a talk is shorter."""

Sign = tuple[str, float]


class Spoken(NamedTuple):
    """A statement, and the question that it answers."""

    message: Message
    span: TextSpan
    asked: Message | None = None

    @property
    def subject(self) -> Subject:
        stated = self.message.text[slice(*self.span)]
        return Subject.of(f"{stated} {self.asked.text}" if self.asked else stated, self.message.author)

    def role(self, who: str) -> str:
        if may_be_one(who, self.message.author):
            return "author"
        return "asker" if self.asked and may_be_one(who, self.asked.author) else "other"


def signs(talk: Talk, told: Spoken) -> Iterator[Sign]:
    """Each with how much it counts; the same may come more than once."""
    text, subject = told.message.text, told.subject
    yield from _words("stated", text[slice(*told.span)], 0.5)
    yield from _words("ahead", text[: told.span.start])
    yield from _words("behind", text[told.span.end :])
    after = list(islice(in_talk(talk, told.message, subject), MAX_AFTER))
    for each in after:
        yield from _said_after(each, told, subject)
    for each in islice(talk.before(told.message), MAX_BEFORE):
        yield from _words("before", each.text, 0.5)
        yield from ((f"before {act}", 0.5 * ACTS_COUNT) for act in acts(each.text, subject))
    yield from _of_the_whole(told, after)


def _said_after(said: Message, told: Spoken, subject: Subject) -> Iterator[Sign]:
    role, done = told.role(said.author), acts(said.text, subject)
    yield from _words("after", said.text)
    yield from _words(f"after by {role}", said.text, 0.5)
    names = [f"after {each}" for each in done] + [f"after by {role} {each}" for each in (*done, " ".join(done))]
    yield from ((each, ACTS_COUNT) for each in names)


def _of_the_whole(told: Spoken, after: Sequence[Message]) -> Iterator[Sign]:
    yield f"kind {'answer' if told.asked else 'decision'}", ACTS_COUNT
    yield "messages after", ACTS_COUNT * log1p(len(after))
    if after:
        yield "minutes", log1p(seconds_between(told.message, after[-1]) / 60)
        last = (told.role(after[-1].author), *acts(after[-1].text, told.subject))
        yield from ((f"last {each}", ACTS_COUNT) for each in last)


def _words(place: str, text: str, counts: float = 1.0) -> Iterator[Sign]:
    """Words, pairs of words and pieces of words, each once."""
    said = lexicon.fold(text[:MAX_CHARACTERS])
    words = TOKEN.findall(said)
    pieces = {said[at : at + LETTERS] for at in range(len(said) - LETTERS + 1)}
    yield from _placed(place, sorted({*words, *map(" ".join, pairwise(words))}), counts)
    yield from _placed(f"{place} #", sorted(pieces), counts * LETTERS_COUNT)


def _placed(place: str, found: Iterable[str], counts: float) -> Iterator[Sign]:
    return ((f"{place}:{each}", counts) for each in found)


def acts(text: str, subject: Subject) -> list[str]:
    """What a message does, as far as the machine can tell; "speaks" where it cannot."""
    said = plain(text)
    tests = {
        "consents": consents(text, subject),
        "thanks": is_thanks(text),
        "steps aside": is_aside(text),
        "confirms": confirms(text),
        "asks for facts": asks_for_facts(text),
        "asks": "?" in text,
        "denies": lexicon.search("polarity", "negative", said) is not None,
        "points": points_to_it(said),
        "names": count_common(said, subject) > 0,
        "repeats": repeats(text, subject),
        "objects": speaks_against(said, subject),
        "shifts": shifts(said, subject),
        "counts": adds_figures(said, subject),
        "decides": bool(decisions_in(text)),
        "is elsewhere": is_elsewhere(text, subject),
    }
    return [name for name, holds in tests.items() if holds] or ["speaks"]
