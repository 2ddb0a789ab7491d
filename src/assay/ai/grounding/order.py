"""Words that changed places: a claim in which two words, exchanged, would stand as in the evidence."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from assay.ai.grounding.terms import Term, terms

WINDOW: Final = 4
"""Words behind a word that are its neighbours."""
MAX_DISTANCE: Final = 24
MIN_GAIN: Final = 3
LINKS: Final = frozenset("and or und oder et ou y e o i lub en the a an".split())
AGENT: Final = frozenset("by durch von door por par przez".split())

Pairs = frozenset[tuple[str, str]]


def exchanged(claim: str, evidence: Sequence[str], counterparts: Mapping[str, str]) -> tuple[str, str] | None:
    """Two words of a claim that stand each where the evidence has the other. `counterparts`: by lemma."""
    told = [terms(each) for each in evidence]
    near = frozenset(pair for each in told for pair in _near([term.lemma for term in each]))
    side_by_side = frozenset(
        (one.lemma, two.lemma) for each in told for one, two in pairwise(each) if _moves(one) and _moves(two)
    )
    said = terms(claim)
    lemmas = [counterparts.get(term.lemma, term.lemma) for term in said]
    if _is_said_in_the_passive(said, [term for each in told for term in each], counterparts):
        return None
    held = [at for at, term in enumerate(said) if _moves(term) and term.lemma in counterparts]
    for place, one in enumerate(held):
        for other in held[place + 1 :]:
            if other - one > MAX_DISTANCE:
                break
            if lemmas[one] != lemmas[other] and _gain(lemmas, one, other, near, side_by_side) >= MIN_GAIN:
                return said[one].word, said[other].word
    return None


def _moves(term: Term) -> bool:
    return term.weighs or any(map(str.isdigit, term.word))


def _is_said_in_the_passive(said: Sequence[Term], told: Sequence[Term], counterparts: Mapping[str, str]) -> bool:
    """One text says "V by Y" of X, and the other "Y V X": who does it and to whom it is done stand elsewhere."""
    for passive, active in ((said, told), (told, said)):
        if _agent(active) is None and (at := _agent(passive)) is not None:
            places = {counterparts.get(term.lemma, term.lemma): place for place, term in enumerate(active)}
            verb, doer, first = (
                next((places.get(counterparts.get(each.lemma, each.lemma)) for each in part if _moves(each)), None)
                for part in (list(reversed(passive[:at])), passive[at + 1 :], passive)
            )
            return None not in (verb, doer, first) and doer < verb < first  # type: ignore[operator]
    return False


def _agent(said: Sequence[Term]) -> int | None:
    """Where "by" stands behind what is done."""
    return next((at for at, term in enumerate(said) if at and term.lemma in AGENT), None)


def _gain(lemmas: Sequence[str], one: int, other: int, near: Pairs, side_by_side: Pairs) -> int:
    """How many more neighbours would be those of the evidence, were the two exchanged; none if it tears a pair."""
    if all(each in LINKS for each in lemmas[one + 1 : other]):
        return 0
    first = max(0, one - WINDOW)
    here = list(lemmas[first : other + WINDOW + 1])
    turned = list(here)
    turned[one - first], turned[other - first] = here[other - first], here[one - first]
    if {pair for pair in pairwise(here) if pair in side_by_side} - set(pairwise(turned)):
        return 0
    return sum(pair in near for pair in _near(turned)) - sum(pair in near for pair in _near(here))


def _near(lemmas: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, one in enumerate(lemmas):
        for other in lemmas[at + 1 : at + 1 + WINDOW]:
            yield one, other
