"""One thing made many: "the print" is not "all prints" nor "the prints"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from assay.ai.grounding.terms import Term, terms

ALL: Final = frozenset(["all", "every", "each", "any", "whichever", "whatever", "both"])
DEFINITE: Final = frozenset(["the", "this", "that", "my", "our", "your", "his", "her", "its", "their"])
MAX_BETWEEN: Final = 3
"""Words between an article and what it belongs to."""


def broadened(claim: str, evidence: str, counterparts: Mapping[str, str]) -> Iterator[str]:
    """What the claim says of all or of many, and its evidence of the one. `counterparts`: by lemma."""
    told = terms(evidence)
    single = {each.lemma for at, each in enumerate(told) if each.weighs and _is_the_one(told, at)}
    many = {each.lemma for at, each in enumerate(told) if each.weighs and (_is_plural(each) or _is_all(told, at))}
    said = terms(claim)
    for at, each in enumerate(said):
        other = counterparts.get(each.lemma, each.lemma)
        is_head = not any(following.weighs for following in said[at + 1 : at + 2])
        if each.weighs and other in single - many and (_is_plural(each) or (is_head and _is_all(said, at))):
            yield f"“{each.word}” is said of more than one"


def _is_the_one(said: Sequence[Term], at: int) -> bool:
    following = [each for each in said[at + 1 : at + 3] if each.weighs]
    return not any(map(_is_plural, (said[at], *following))) and _before(said, at) in DEFINITE


def _is_all(said: Sequence[Term], at: int) -> bool:
    return _before(said, at) in ALL or (at >= 2 and said[at - 1].word in DEFINITE and said[at - 2].word in ALL)


def _before(said: Sequence[Term], at: int) -> str:
    """The first small word before a thing and what is said of it."""
    earlier = (each.word for each in reversed(said[max(0, at - MAX_BETWEEN) : at]) if not each.weighs)
    return next(earlier, "")


def _is_plural(term: Term) -> bool:
    return term.word.endswith("s") and not term.word.endswith(("ss", "us", "is")) and len(term.word) > 3
