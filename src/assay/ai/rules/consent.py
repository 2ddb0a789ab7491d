"""Who consents or objects to what was said before."""

import re
from collections import defaultdict
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from assay.ai.rules.language import stems
from assay.ai.rules.lexicon import alternatives, opening, phrases
from assay.ai.rules.meeting import Marker
from assay.ai.rules.turns import AGREEING, DISAPPROVING, DISSENTING, Chat, Turn, same_person
from assay.text.authors import author_key
from assay.text.markup import called

TURNS_TO_CONSENT: Final = 10
SECONDS_TO_CONSENT: Final = 30 * 60
MAX_CHARACTERS: Final = 400
TURNS_TO_DENY: Final = 6
TURNS_TO_OBJECT: Final = 12
TURNS_TO_REFUSE: Final = 60
NEVER: Final = 1_000_000
MIN_SHARED_WORDS: Final = 2
SHARE_OF_WORDS: Final = 0.4
"""How much of a decision an objection from elsewhere must repeat to be about it."""
COST_OF_AN_OBJECTION: Final = 0.12
NEXT_SUBJECT: Final = frozenset({Marker.AGREED, Marker.ACTION, Marker.VOTE})

PLAIN_REST: Final = re.compile(
    rf"\W*\Z|\s*(?:[.!;:(\n–—-]|from\b)|\W*(?:{alternatives('consent', 'more')}\b\W*|\W)+\Z", re.IGNORECASE
)
"""After a word of consent: nothing, a new sentence, whose voice it is, or more words of consent."""
SAME_THING: Final = phrases("consent", "same_thing")
WITHDRAWING: Final = re.compile(
    rf"\b{alternatives('objection', 'withdrawing')}\b|\A\W*{alternatives('objection', 'withdrawing_openings')}\b",
    re.IGNORECASE,
)
TAKING_BACK: Final = re.compile(
    rf"\b{alternatives('objection', 'taking_back')}\b|\A\W*{alternatives('objection', 'taking_back_openings')}\b",
    re.IGNORECASE,
)
OPPOSING: Final = phrases("objection", "opposing")
REFUSING: Final = opening("objection", "refusing")
DENYING_NOTHING: Final = opening("objection", "denying_nothing")


class Manner(IntEnum):
    """How an objection is made, the plainest last."""

    DENIED = 1
    """No, wait: only what was said just before can be meant."""
    REFUSED = 2
    """A vote against what is spoken of."""
    TAKEN_BACK = 3
    """Its own author has second thoughts."""
    OPPOSED = 4
    """In so many words."""
    WITHDRAWN = 5


OF_OTHERS: Final = frozenset({Manner.DENIED, Manner.OPPOSED})
"""From the author these answer somebody else."""
OF_ITS_AUTHOR: Final = frozenset({Manner.TAKEN_BACK})


class SpokenObjection(NamedTuple):
    turn: Turn
    manner: Manner
    words: frozenset[str]


class Objections:
    """What is spoken against in a window: found once, then asked for by every decision."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._found = [SpokenObjection(turn, manner, _words(turn)) for turn in chat.turns if (manner := _manner(turn))]
        self._marked: defaultdict[frozenset[str], list[Turn]] = defaultdict(list)
        for turn in chat.turns:
            if turn.directive:
                self._marked[_words(turn)].append(turn)

    def to(self, turn: Turn) -> list[Turn]:
        """Others who speak against it, and its own author who takes it back. Saying it again shakes nobody off."""
        words = _words(turn)
        said = [turn, *(twin for twin in self._marked.get(words, ()) if twin is not turn)] if words else [turn]
        return [found.turn for found in self._found if any(self._is_meant(found, each, words) for each in said)]

    def soon_after(self, turn: Turn) -> list[Turn]:
        """Those objections that can hardly mean anything else."""
        return [later for later in self.to(turn) if (self._chat.distance(turn, later) or NEVER) <= TURNS_TO_DENY]

    def _is_meant(self, objection: SpokenObjection, turn: Turn, words: frozenset[str]) -> bool:
        later, manner = objection.turn, objection.manner
        if later.index <= turn.index or manner in (OF_OTHERS if later.author == turn.author else OF_ITS_AUTHOR):
            return False
        if manner > Manner.DENIED and _names(objection.words, words):
            return True
        distance = self._chat.distance(turn, later)
        if distance is None:
            return False
        if manner >= Manner.TAKEN_BACK and distance <= TURNS_TO_OBJECT:
            return True
        if distance > (TURNS_TO_DENY if manner is Manner.DENIED else TURNS_TO_REFUSE):
            return False
        return not self._is_behind_the_next_subject(turn, later) and (
            manner > Manner.DENIED or _answers_a_reaction(later, turn)
        )

    def _is_behind_the_next_subject(self, turn: Turn, later: Turn) -> bool:
        return any(
            between.directive and between.directive.marker in NEXT_SUBJECT
            for between in self._chat.turns[turn.index + 1 : later.index]
            if between.conversation == later.conversation
        )


def _manner(turn: Turn) -> Manner | None:
    return max((manner for part in turn.parts for manner in _manners(part.text, part.message.text)), default=None)


def _manners(cleaned: str, raw: str) -> Iterator[Manner]:
    said = (cleaned or raw)[:MAX_CHARACTERS]
    if WITHDRAWING.search(said):
        yield Manner.WITHDRAWN
    if OPPOSING.search(said):
        yield Manner.OPPOSED
    if TAKING_BACK.search(said):
        yield Manner.TAKEN_BACK
    if REFUSING.match(said) or DISAPPROVING.search(raw[:MAX_CHARACTERS]):
        yield Manner.REFUSED
    if DISSENTING.match(said) and not DENYING_NOTHING.match(said):
        yield Manner.DENIED


def _words(turn: Turn) -> frozenset[str]:
    return stems((turn.directive.body if turn.directive else turn.text)[:MAX_CHARACTERS])


def _names(said: frozenset[str], wanted: frozenset[str]) -> bool:
    """True for an objection that names what it is about."""
    return len(wanted & said) >= max(MIN_SHARED_WORDS, SHARE_OF_WORDS * len(wanted))


def _answers_a_reaction(later: Turn, turn: Turn) -> bool:
    """True for an answer to the turn, or to those who consented or objected to it."""
    replied = later.replies_to
    if replied is None or replied is turn:
        return True
    said = replied.parts[0].text or replied.parts[0].message.text
    return bool(AGREEING.match(said) or DISSENTING.match(said)) and "?" not in replied.text


def agreeing_after(chat: Chat, turn: Turn) -> list[Turn]:
    """The first consent of every other person, until somebody else puts up the next thing.

    None where the words were edited: what others said may be about the earlier ones.
    """
    agreeing: dict[str, Turn] = {}
    for later in chat.after(turn, TURNS_TO_CONSENT, SECONDS_TO_CONSENT):
        if later.directive or turn.edited:
            break
        if same_person(later, turn):
            continue
        if consents(later, turn) and (not later.addressed or called(turn.author) & later.addressed):
            agreeing.setdefault(author_key(later.author), later)
        elif "?" in later.text and not agreeing:
            break
    return list(agreeing.values())


def consents(later: Turn, turn: Turn) -> bool:
    """Plain consent: short, or about the same thing. Who agrees and goes on about lunch did not think of it."""
    first = later.parts[0]
    said = first.text or first.message.text
    found = AGREEING.match(said)
    if not later.agrees or later.edited or found is None:
        return False
    rest = said[found.end() :]
    if PLAIN_REST.match(rest[:MAX_CHARACTERS]):
        return True
    return bool(SAME_THING.search(rest) or stems(rest) & stems(turn.text))
