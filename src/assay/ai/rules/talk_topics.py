"""Topics by talk: what the people of one conversation name, early and together, while they speak of a thing."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from assay.ai.conversations import conversations
from assay.ai.extractor import Message
from assay.ai.rules.candidates import AtomCandidate
from assay.ai.rules.nouns import WORD, language_of, nouns, trunk, trunks
from assay.ai.rules.topic_names import capitalized, is_abbreviation, is_generic, words_of
from assay.ai.rules.turns import Chat
from assay.ai.rules.vocabulary import Vocabulary
from assay.ai.rules.weights import weigh
from assay.text.markup import strip_markup
from assay.text.naming import says_a_subject

MAX_CHARACTERS: Final = 400
"""Of a message."""
COST: Final = 0.3
"""What a topic must bring: one statement that is surely about it, or several that probably are."""
MESSAGES_ABOUT_ONE: Final = 3
"""Messages that name a subject, from which a topic may begin with a single statement."""

Key = frozenset[str]
"""One name however its words are inflected."""


@dataclass(slots=True)
class Use:
    """How a talk uses a noun phrase."""

    first: int = 0
    """Messages before the one that brings it up."""
    messages: int = 0
    people: set[str] = field(default_factory=set)
    spellings: Counter[str] = field(default_factory=Counter)


class TalkTopic(NamedTuple):
    name: str
    members: list[AtomCandidate]


class TalkUses:
    """One conversation, or one of those that run side by side, and the noun phrases in it that may name something."""

    def __init__(self, messages: Sequence[Message], vocabulary: Vocabulary) -> None:
        said = [strip_markup(message.text[:MAX_CHARACTERS]) for message in messages]
        language = language_of(said)
        self.uses: defaultdict[Key, Use] = defaultdict(Use)
        self.turns = [(message.author, trunks(text)) for message, text in zip(messages, said, strict=True)]
        for text in said:
            for phrase in nouns(text, language, vocabulary.people):
                if _may_name(phrase, vocabulary):
                    self.uses[trunks(phrase)].spellings[phrase] += 1

    def count(self, keys: Iterable[Key]) -> None:
        """Who uses these names, and from when on."""
        for key in keys:
            use, at = self.uses[key], [place for place, (_, words) in enumerate(self.turns) if key <= words]
            use.first, use.messages = at[0] if at else len(self.turns), len(at)
            use.people = {self.turns[place][0] for place in at}


def _may_name(phrase: str, vocabulary: Vocabulary) -> bool:
    return (
        bool(trunks(phrase))
        and not is_generic(phrase)
        and says_a_subject(phrase)
        and not vocabulary.is_channel(phrase)
        and not vocabulary.is_everywhere(phrase)
    )


class Talks:
    """The conversations of a chat, those that run side by side apart."""

    def __init__(self, chat: Chat) -> None:
        self.all = conversations([part.message for turn in chat.turns for part in turn.parts])
        self._numbers = {message.id: number for number, talk in enumerate(self.all) for message in talk}

    def number(self, candidate: AtomCandidate) -> int:
        return self._numbers[candidate.turn.parts[0].message.id]

    def parted(self, candidates: Iterable[AtomCandidate]) -> dict[int, list[AtomCandidate]]:
        found: defaultdict[int, list[AtomCandidate]] = defaultdict(list)
        for candidate in candidates:
            found[self.number(candidate)].append(candidate)
        return found


def by_talk(free: Sequence[AtomCandidate], talks: Talks, vocabulary: Vocabulary) -> list[TalkTopic]:
    """The names under which most of the statements are filed, each topic worth its cost, the widest first."""
    fits: defaultdict[Key, dict[int, float]] = defaultdict(dict)
    uses: defaultdict[Key, list[Use]] = defaultdict(list)
    for number, members in talks.parted(free).items():
        talk = TalkUses(talks.all[number], vocabulary)
        for key, fit in _fits(talk, members).items():
            fits[key] |= fit
            uses[key].append(talk.uses[key])
    return _chosen({id(member): member for member in free}, fits, uses)


def _fits(talk: TalkUses, members: Sequence[AtomCandidate]) -> dict[Key, dict[int, float]]:
    """How probably each statement belongs under each name that it mentions."""
    said = {id(member): trunks(f"{member.title}\n{words_of(member)}") for member in members}
    mentions = {key: own for key in talk.uses if (own := [each for each in members if key <= said[id(each)]])}
    talk.count(mentions)
    return {
        key: {id(member): fit(member, key, talk.uses[key], len(own) / len(members)) for member in own}
        for key, own in mentions.items()
    }


def fit(member: AtomCandidate, key: Key, use: Use, share: float) -> float:
    """0..1: how probably people would file a statement under a name."""
    words = [trunk(word) for word in WORD.findall(member.title)]
    place = min((words.index(each) / len(words) for each in key if each in words), default=1.0)
    signs = weigh(
        "name_of_talk",
        early_in_title=1 - place,
        soon_in_talk=1 / (1 + use.first),
        several_people=len(use.people) > 1,
        several_words=len(key) > 1,
        share=share,
    )
    return 1 / (1 + math.exp(-signs))


def _chosen(
    free: dict[int, AtomCandidate], fits: dict[Key, dict[int, float]], uses: dict[Key, list[Use]]
) -> list[TalkTopic]:
    found: list[TalkTopic] = []
    while fits:
        gains = {key: _gain([fit for each, fit in own.items() if each in free], uses[key]) for key, own in fits.items()}
        best = max(gains, key=lambda key: (gains[key], sorted(key)))
        if gains[best] < COST:
            break
        members = [free.pop(each) for each in fits.pop(best) if each in free]
        found.append(TalkTopic(spelled(uses[best]), members))
    return found


def _gain(fits: Sequence[float], uses: Iterable[Use]) -> float:
    """What a topic brings. A single statement is one only where people go on about it."""
    if len(fits) < 2 and not any(use.messages >= MESSAGES_ABOUT_ONE and len(use.people) > 1 for use in uses):
        return 0.0
    return sum(fits)


def spelled(uses: Iterable[Use]) -> str:
    """As it is written most, an abbreviation in capitals; with a capital."""
    spellings = sum((use.spellings for use in uses), Counter[str]())
    best = min(spellings, key=lambda each: (not is_abbreviation(each), -spellings[each], len(each), each))
    return capitalized(best if is_abbreviation(best) or not best.isupper() else best.lower())


def joined(rest: Sequence[AtomCandidate], filed: Sequence[AtomCandidate], talks: Talks) -> None:
    """Files a statement from a thread with the one topic that the thread has. Elsewhere people change the subject."""
    by_number = talks.parted(each for each in filed if each.topic)
    for candidate in rest:
        beside = by_number.get(talks.number(candidate), ())
        if candidate.turn.parts[0].message.thread and len(found := {each.topic for each in beside}) == 1:
            candidate.topic = found.pop()
