"""Negations, limits and conditions that only one of two texts has, in whatever words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.bounds import ENGLISH, Bound, cut_bounds, numbers_in
from assay.ai.grounding.plain import plain

CLASSES: Final = (
    "not_negative", "not_all", "need_not", "at_most", "at_least", "below", "above", "except", "only", "without",
    "negative", "before", "after", "condition", "relative", "some", "may", "must", "should", "regardless", "cause",
    "for_now",
)  # fmt: skip
CUT_OUT: Final = ("not_negative", "not_all", "need_not", "at_most", "at_least", "except")
"""Idioms that hold words of other classes."""
CLAUSE: Final = re.compile(r"[,;:.!?()]")
CONDITIONS: Final = ("condition", "before", "after", "except", "only", "without", "at_most", "at_least", "relative")
NAMES: Final = {
    "some": "“some”",
    "cause": "a reason",
    "for_now": "“for now”",
    "regardless": "“whatever”",
    "not_all": "“not all”",
    "need_not": "“need not”",
}
MODALS: Final = {"may": "a permission", "must": "a duty"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The words of each class in a text, and the bounds of its numbers."""

    words: Mapping[str, list[str]]
    bounds: Mapping[str, Sequence[Bound]]
    numbers: frozenset[str]
    """All that stand in it."""

    def first(self, *names: str) -> str | None:
        return next((word for name in names for word in self.words.get(name, ())), None)

    def count(self, *names: str) -> int:
        return sum(len(self.words.get(name, ())) for name in names)

    def has(self, *names: str) -> bool:
        return any(self.words.get(name) for name in names)

    @property
    def negations(self) -> int:
        return len(self.words.get("negative", ())) + len(self.words.get("without", ()))

    @property
    def is_exclusive(self) -> bool:
        """Only with, never without, not before, unless: ways to say one thing."""
        return self.has("only", "except") or (self.has("negative") and self.has("without", "before", "after"))

    @property
    def is_turned(self) -> bool:
        """Of exclusive texts: "only if" and "not unless" are one, "only if not" and "unless" the other."""
        turns = self.negations + self.has("except")
        turns += self.has("negative") and self.has("before") and not self.has("only", "except", "without")
        return turns % 2 == 1


@lru_cache(maxsize=4_096)
def limits_of(text: str, languages: tuple[str, ...] = ()) -> Limits:
    """`languages`: that it is read in, where more than its own words tell them."""
    said = lexicon.fold(plain(text))
    languages = languages or lexicon.languages_of(said)
    found: dict[str, list[str]] = {}
    for name in ("not_negative", "not_all", "need_not"):
        said = _cut(said, name, languages, found)
    numbers = numbers_in(said)
    said, bounds = cut_bounds(said, languages)
    for name in CLASSES[3:]:
        if name in CUT_OUT:
            said = _cut(said, name, languages, found)
        else:
            found[name] = [match[0] for match in lexicon.pattern("polarity", name, languages).finditer(said)]
    return Limits(found, bounds, numbers)


def _cut(said: str, name: str, languages: tuple[str, ...], found: dict[str, list[str]]) -> str:
    pattern = lexicon.pattern("polarity", name, languages)
    found[name] = [match[0] for match in pattern.finditer(said)]
    return pattern.sub(" ; ", said) if found[name] else said


def other_limits(claim: str, whole: str, evidence: str) -> Iterator[str]:
    """Each in words for a person. `whole`: all that is claimed."""
    languages = _languages(lexicon.fold(f"{evidence} {claim}"))
    mine, theirs, said = (limits_of(text, languages) for text in (claim, evidence, whole))
    for name, words in NAMES.items():
        if mine.has(name) and not theirs.has(name):
            yield f"{words} (“{mine.first(name)}”) stands in no quote"
        if theirs.has(name) and not said.has(name):
            yield f"{words} (“{theirs.first(name)}”) was left out"
    yield from _other_modals(mine, theirs)
    turned = _turned_bounds(mine, theirs)
    yield from _other_bounds(mine, theirs, said, turned)
    yield from _other_words_of_bounds(mine, theirs)
    yield from _turned(mine, theirs, bool(turned))
    yield from _other_conditions(mine, theirs, said)


def _languages(both: str) -> tuple[str, ...]:
    """English where that is likeliest: its bounds are told apart most finely. Else all that it may be: "in" and "on"
    are words of several."""
    likeliest = lexicon.language_of(both)
    return likeliest if likeliest == ENGLISH else lexicon.languages_of(both)


def _other_modals(mine: Limits, theirs: Limits) -> Iterator[str]:
    """What may be done is done by some, what must be by all; denied, both are forbidden."""
    if mine.negations and theirs.negations:
        return
    for one, other in ((mine, theirs), (theirs, mine)):
        if one.has("must") and other.has("may") and not (other.has("must") or one.has("may")):
            yield f"“{mine.first('may', 'must')}” instead of “{theirs.first('may', 'must')}”"
            return
    if any(side.negations or side.is_exclusive or side.bounds for side in (mine, theirs)):
        return
    if mine.has("may") != theirs.has("may"):
        yield _one_sided(mine if mine.has("may") else theirs, mine.has("may"), "may")
    elif mine.has("must") and theirs.has("should") and not theirs.has("must"):
        yield f"“{mine.first('must')}” instead of “{theirs.first('should')}”"


def _turned_bounds(mine: Limits, theirs: Limits) -> frozenset[str]:
    """Numbers that one side bounds as what is left when the other's bound is denied."""
    return frozenset(
        number
        for number, bounds in mine.bounds.items()
        for bound in bounds
        for other in theirs.bounds.get(number, ())
        if not any(bound.operators & each.operators for each in theirs.bounds[number])
        and (bound.turned & other.operators or other.turned & bound.operators)
    )


def _other_bounds(mine: Limits, theirs: Limits, said: Limits, turned: frozenset[str]) -> Iterator[str]:
    denied_once = _is_denied_once(mine, theirs)
    for number, bounds in mine.bounds.items():
        others = theirs.bounds.get(number, ())
        for bound in bounds:
            if not others and not _is_elsewhere(number, bound, theirs):
                yield f"a limit (“{bound.words}”) stands in no quote"
            elif others and not (
                denied_once if number in turned else any(bound.operators & each.operators for each in others)
            ):
                yield f"“{bound.words}” instead of “{others[0].words}”"
    for number, bounds in theirs.bounds.items():
        kept = said.bounds.get(number, ())
        if (len(kept) < len(bounds) and number in said.numbers) or not (kept or _is_elsewhere(number, bounds[0], said)):
            yield f"a limit (“{bounds[-1].words}”) was left out"


def _other_words_of_bounds(mine: Limits, theirs: Limits) -> Iterator[str]:
    """Where no number stands by them."""
    for name, opposite in (("below", "above"), ("above", "below")):
        if mine.has(name) and theirs.has(opposite) and not theirs.has(name):
            yield f"“{mine.first(name)}” instead of “{theirs.first(opposite)}”"
    for name in ("at_most", "at_least"):
        if mine.has(name) != theirs.has(name) and mine.negations == theirs.negations:
            yield _one_sided(mine if mine.has(name) else theirs, mine.has(name), name)


def _is_elsewhere(number: str, bound: Bound, other: Limits) -> bool:
    """The number is written in another way there, and a bound of its kind is."""
    return number not in other.numbers and any(
        bound.operators & each.operators for bounds in other.bounds.values() for each in bounds
    )


def _is_denied_once(mine: Limits, theirs: Limits) -> bool:
    return (mine.negations % 2) != (theirs.negations % 2)


def _turned(mine: Limits, theirs: Limits, bounds_turned: bool) -> Iterator[str]:
    """Negations and "only": said by one side alone, or turned round."""
    if bounds_turned:
        return
    if mine.is_exclusive and theirs.is_exclusive:
        if mine.is_turned != theirs.is_turned:
            yield "it is turned round"
        elif not _are_balanced(mine, theirs):
            side = max(mine, theirs, key=_onlys)
            yield _one_sided(side, side is mine, "only", "negative", "without")
    elif mine.is_exclusive != theirs.is_exclusive:
        side = mine if mine.is_exclusive else theirs
        yield _one_sided(side, mine.is_exclusive, "only", "except", "without", "before", "after")
    elif mine.negations % 2 != theirs.negations % 2 or bool(mine.negations) != bool(theirs.negations):
        side = mine if mine.negations > theirs.negations else theirs
        yield _one_sided(side, side is mine, "negative", "without")


def _are_balanced(one: Limits, other: Limits) -> bool:
    """As often "only" on both sides; where one says it more often, the other says "not" more often instead."""
    more_onlys = one.count("only") - other.count("only")
    more_negations = one.negations - other.negations
    return more_onlys * more_negations < 0 or more_onlys == more_negations == 0


def _onlys(limits: Limits) -> int:
    return limits.count("only")


def _other_conditions(mine: Limits, theirs: Limits, said: Limits) -> Iterator[str]:
    """Before and after, where no number stands by; a condition that is gone."""
    if _are_converse(mine, theirs) or _are_converse(theirs, mine):
        return
    for names in (("before",), ("after", "condition")):
        claimed, told = mine.count(*names), theirs.count(*names)
        if claimed > told and mine.has(names[0]):
            yield f"a limit (“{mine.first(*names)}”) stands in no quote"
        if told > said.count(*names) and theirs.has(names[0]):
            yield f"a limit (“{theirs.first(*names)}”) was left out"
    if theirs.has("condition") and not said.has(*CONDITIONS):
        yield f"a condition (“{theirs.first('condition')}”) was left out"


def _are_converse(one: Limits, other: Limits) -> bool:
    """Not before something, and only after it."""
    return (
        one.is_exclusive and one.has("negative") and one.has("before") and not one.has("only", "except")
        and other.has("only") and other.has("after", "condition") and not other.has("before")
    )  # fmt: skip


def _one_sided(side: Limits, is_mine: bool, *names: str) -> str:
    return f"“{side.first(*names)}” {'stands in no quote' if is_mine else 'was left out'}"
