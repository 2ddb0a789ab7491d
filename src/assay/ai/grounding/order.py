"""Words that changed places: a claim in which two words, exchanged, would stand as in the evidence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from assay.ai.grounding.terms import Term, terms

SENTENCE: Final = re.compile(r"[:;.!?]\s")
WINDOW: Final = 4
"""Words behind a word that are its neighbours."""
MAX_DISTANCE: Final = 24
MAX_PASSIVE: Final = 6
"""Words of what is done, and to whom, before "by"."""
MIN_GAIN: Final = 3
LINKS: Final = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "e", "o", "i", "lub", "en", "the", "a", "an"})
"""Words between two of a list, which may stand in any order."""
PREPOSITIONS: Final = frozenset(
    {
        "of",
        "to",
        "from",
        "by",
        "with",
        "for",
        "in",
        "into",
        "on",
        "onto",
        "at",
        "as",
        "between",
        "under",
        "over",
        "after",
        "before",
        "until",
        "since",
    }
)
ARTICLES: Final = frozenset(["the", "a", "an"])
AGENT: Final = frozenset(["by", "durch", "von", "door", "por", "par", "przez"])

Pairs = frozenset[tuple[str, str]]


def exchanged(claim: str, evidence: Sequence[str], counterparts: Mapping[str, str]) -> tuple[str, str] | None:
    """Two words of a claim that stand each where the evidence has the other. `counterparts`: by lemma."""
    told = [terms(piece) for each in evidence for piece in SENTENCE.split(each)]
    said = terms(claim)
    if _is_said_in_the_passive(said, [term for each in told for term in each], counterparts):
        return None
    place = Place.of(said, told, counterparts)
    single = [slice(at, at + 1) for at, term in enumerate(said) if _moves(term)]
    known = [each for each in single if said[each.start].lemma in counterparts]
    runs = [run for run in place.runs() if run.stop - run.start > 1]
    for one, other in [*_couples(known, single), *_couples(runs, runs + single)]:
        if place.has_exchanged(one, other):
            return _words(said, one), _words(said, other)
    return None


def _couples(some: Sequence[slice], others: Sequence[slice]) -> Iterator[tuple[slice, slice]]:
    """Two that stand apart, the earlier first."""
    for one in some:
        for other in others:
            if one.stop <= other.start <= one.start + MAX_DISTANCE:
                yield one, other


def _markers(said: Sequence[Term]) -> Iterator[tuple[str, str]]:
    """Each word with the preposition that it stands behind."""
    marker = ""
    for term in said:
        if term.word in PREPOSITIONS:
            marker = term.word
        elif not term.weighs and term.word not in ARTICLES:
            marker = ""
        elif _moves(term):
            yield term.lemma, marker


def _words(said: Sequence[Term], run: slice) -> str:
    return " ".join(term.word for term in said[run])


def _moves(term: Term) -> bool:
    return term.weighs or any(map(str.isdigit, term.word))


def _is_said_in_the_passive(said: Sequence[Term], told: Sequence[Term], counterparts: Mapping[str, str]) -> bool:
    """One text says "X is V by Y" and the other "Y V X": who does it, and to whom it is done, stand elsewhere."""
    for passive, active in ((said, told), (told, said)):
        if _agent(active) is None and (at := _agent(passive)) is not None:
            places = {counterparts.get(term.lemma, term.lemma): place for place, term in enumerate(active)}
            doer, *_ = [*_places(passive[at + 1 :], places, counterparts), None]
            done = _places(passive[max(0, at - MAX_PASSIVE) : at], places, counterparts)
            return doer is not None and any(doer < each for each in done)
    return False


def _places(said: Sequence[Term], places: Mapping[str, int], counterparts: Mapping[str, str]) -> list[int]:
    """Where the words of one text stand in the other."""
    known = (counterparts.get(each.lemma, each.lemma) for each in said if _moves(each))
    return [places[each] for each in known if each in places]


def _agent(said: Sequence[Term]) -> int | None:
    """Where "by" stands behind what is done."""
    return next((at for at, term in enumerate(said) if at and term.lemma in AGENT), None)


class Place(NamedTuple):
    """The words of a claim as the evidence calls them, and how those stand there."""

    said: Sequence[Term]
    lemmas: Sequence[str]
    near: Pairs
    side_by_side: Pairs
    markers: Mapping[str, str]
    """The preposition before each word of the evidence."""

    @classmethod
    def of(cls, said: Sequence[Term], told: Sequence[Sequence[Term]], counterparts: Mapping[str, str]) -> "Place":
        return cls(
            said,
            [counterparts.get(term.lemma, term.lemma) for term in said],
            frozenset(pair for each in told for pair in _near([term.lemma for term in each])),
            frozenset((a.lemma, b.lemma) for each in told for a, b in pairwise(each) if _moves(a) and _moves(b)),
            {lemma: marker for each in told for lemma, marker in _markers(each)},
        )

    def runs(self) -> Iterator[slice]:
        """The words that say something, with those that stand by them in the evidence too."""
        start = 0
        for at in range(len(self.said)):
            if not _moves(self.said[at]):
                continue
            if not self._goes_with_the_next(at - 1):
                start = at
            if not self._goes_with_the_next(at):
                yield slice(start, at + 1)

    def _goes_with_the_next(self, at: int) -> bool:
        beside = tuple(self.lemmas[at : at + 2]) if at >= 0 else ()
        return beside in self.side_by_side and _moves(self.said[at]) and _moves(self.said[at + 1])

    def has_exchanged(self, one: slice, other: slice) -> bool:
        """Single words by their neighbours; several by their prepositions too."""
        if one.stop - one.start > 1:
            return self.has_crossed(one, other) and self.gain(one, other) >= MIN_GAIN
        if all(self.said[each.start].word[0].isdigit() for each in (one, other)):
            return self.gain(one, other) >= MIN_GAIN or self.gain(one, other, window=1) > 0
        if self.have_moved(one, other):
            return False
        return self.gain(one, other) >= MIN_GAIN and not self.tears(one, other)

    def have_moved(self, one: slice, other: slice) -> bool:
        """Each with its own preposition: "at 7:30 on Wednesdays" is "on Wednesdays at 7:30"."""
        if any(self.said[each.start].word in PREPOSITIONS for each in (one, other)):
            return False
        mine = dict(_markers(self.said))
        said = [mine.get(self.said[each.start].lemma, "") for each in (one, other)]
        return said == [self.markers.get(self.lemmas[each.start], "") for each in (one, other)] and len(set(said)) > 1

    def has_crossed(self, one: slice, other: slice) -> bool:
        """Whether each stands behind the preposition of the other."""
        mine = dict(_markers(self.said))
        first, second = (mine.get(self.said[each.start].lemma) for each in (one, other))
        theirs = self.markers.get(self.lemmas[other.start]), self.markers.get(self.lemmas[one.start])
        return (first, second) == theirs and first != second

    def gain(self, one: slice, other: slice, window: int = WINDOW) -> int:
        """How many more neighbours would be those of the evidence, were the two exchanged."""
        here, turned = self._both(one, other)
        listed = window > 1 and all(each in LINKS for each in self.lemmas[one.stop : other.start])
        if listed or self.lemmas[one] == self.lemmas[other]:
            return 0
        first, are_single = min(one.start, WINDOW), one.stop - one.start == other.stop - other.start == 1
        places = (first, first + other.start - one.start) if are_single else range(len(here))
        pairs = _pairs_with(places, len(here), window)
        had, gained = (sum((words[a], words[b]) in self.near for a, b in pairs) for words in (here, turned))
        return gained - had

    def tears(self, one: slice, other: slice) -> bool:
        """Whether to exchange them would part words that stand side by side in both texts."""
        here, turned = self._both(one, other)
        return bool({pair for pair in pairwise(here) if pair in self.side_by_side} - set(pairwise(turned)))

    def _both(self, one: slice, other: slice) -> tuple[list[str], list[str]]:
        before = self.lemmas[max(0, one.start - WINDOW) : one.start]
        between, behind = self.lemmas[one.stop : other.start], self.lemmas[other.stop : other.stop + WINDOW]
        first, second = self.lemmas[one], self.lemmas[other]
        return [*before, *first, *between, *second, *behind], [*before, *second, *between, *first, *behind]


def _pairs_with(places: Sequence[int], length: int, window: int) -> set[tuple[int, int]]:
    """Of the pairs of neighbours those with one of the places: where only these change, all others stay as they are."""
    return {
        (min(at, each), max(at, each))
        for at in places
        for each in range(max(0, at - window), min(length, at + window + 1))
        if each != at
    }


def _near(lemmas: Sequence[str], window: int = WINDOW) -> Iterator[tuple[str, str]]:
    for at, one in enumerate(lemmas):
        for other in lemmas[at + 1 : at + 1 + window]:
            yield one, other
