"""Negations, limits and conditions that only one of two texts has, in whatever words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.ai.grounding import lexicon
from assay.ai.grounding.words import content_words

CLASSES: Final = (
    "not_negative", "at_most", "at_least", "except", "only", "without", "negative", "before", "after", "condition",
    "relative", "some", "must", "regardless", "cause",
)  # fmt: skip
CUT_OUT: Final = ("not_negative", "at_most", "at_least", "except")
"""Idioms that hold words of other classes."""
CLAUSE: Final = re.compile(r"[,;:.!?()]")
WORDS_NEGATED: Final = 5
BOUNDS: Final = ("at_most", "at_least", "before", "after")
CONDITIONS: Final = ("condition", "before", "after", "except", "only", "without", "at_most", "at_least", "relative")
NAMES: Final = {"some": "“some”", "cause": "a reason", "regardless": "“whatever”"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The words of each class in a text."""

    words: dict[str, list[str]]

    def first(self, *names: str) -> str | None:
        return next((word for name in names for word in self.words.get(name, ())), None)

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


def limits_of(text: str) -> Limits:
    said = lexicon.fold(text)
    languages = lexicon.languages_of(said)
    found: dict[str, list[str]] = {}
    for name in CLASSES:
        pattern = lexicon.pattern("polarity", name, languages)
        found[name] = [match[0] for match in pattern.finditer(said)]
        if name in CUT_OUT:
            said = pattern.sub(" ; ", said)
    return Limits(found)


def other_limits(claim: str, whole: str, evidence: str, *, leaves_out: bool) -> Iterator[str]:
    """Each in words for a person. `whole`: all that is claimed; `leaves_out`: it has not all words of the evidence."""
    mine, theirs, said = limits_of(claim), limits_of(evidence), limits_of(whole)
    for name, words in NAMES.items():
        if mine.has(name) and not theirs.has(name):
            yield f"{words} (“{mine.first(name)}”) stands in no quote"
        if theirs.has(name) and not said.has(name):
            yield f"{words} (“{theirs.first(name)}”) was left out"
    yield from _turned(mine, theirs)
    yield from _other_bounds(mine, theirs, said)
    if leaves_out and theirs.has("condition", "before", "after") and not said.has(*CONDITIONS):
        yield f"a condition (“{theirs.first('condition', 'before', 'after')}”) was left out"


def _turned(mine: Limits, theirs: Limits) -> Iterator[str]:
    """Negations and "only": said by one side alone, or turned round."""
    if mine.is_exclusive and theirs.is_exclusive:
        if mine.is_turned != theirs.is_turned:
            yield "it is turned round"
    elif theirs.is_exclusive and theirs.has("only") and mine.has("must") and not (mine.negations or theirs.negations):
        return
    elif mine.is_exclusive != theirs.is_exclusive:
        yield _one_sided(
            mine if mine.is_exclusive else theirs, mine.is_exclusive, "only", "except", "without", "before", "after"
        )
    elif bool(mine.negations) != bool(theirs.negations) and not _is_bound_turned(mine, theirs):
        yield _one_sided(mine if mine.negations else theirs, bool(mine.negations), "negative", "without")


def negated(text: str) -> frozenset[str]:
    """The content words that stand next behind a negation, in its clause."""
    said = lexicon.fold(text)
    pattern = lexicon.pattern("polarity", "negative", lexicon.languages_of(said))
    behind = (
        CLAUSE.split(said[found.end() :], maxsplit=1)[0].split()[:WORDS_NEGATED] for found in pattern.finditer(said)
    )
    return frozenset(word for words in behind for word in content_words(" ".join(words)))


def _is_bound_turned(mine: Limits, theirs: Limits) -> bool:
    """Not less than two is two or more."""
    return any(
        one.has("at_most") and not one.has("at_least") and other.has("at_least") and not other.has("at_most")
        for one, other in ((mine, theirs), (theirs, mine))
    )


def _other_bounds(mine: Limits, theirs: Limits, said: Limits) -> Iterator[str]:
    if mine.has(*BOUNDS) and not theirs.has(*BOUNDS):
        yield f"a limit (“{mine.first(*BOUNDS)}”) stands in no quote"
    elif theirs.has(*BOUNDS) and not said.has(*BOUNDS):
        yield f"a limit (“{theirs.first(*BOUNDS)}”) was left out"
    elif bool(mine.negations) == bool(theirs.negations) and _is_bound_turned(mine, theirs):
        yield f"“{mine.first('at_most', 'at_least')}” instead of “{theirs.first('at_most', 'at_least')}”"


def _one_sided(side: Limits, is_mine: bool, *names: str) -> str:
    return f"“{side.first(*names)}” {'stands in no quote' if is_mine else 'was left out'}"
