"""What each limit of a claim is set on: "only on Fridays" is not "only engineers"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon
from assay.ai.grounding.limits import CLAUSE, limits_of
from assay.ai.grounding.plain import plain
from assay.ai.grounding.terms import Term, terms_in

FAMILIES: Final[Sequence[tuple[str, ...]]] = (
    ("only",), ("negative", "without"), ("except",), ("before",), ("after", "condition"),
)  # fmt: skip
BOTH_WAYS: Final = ("only", "negative")
"""Limits whose words may also stand before them."""
BEHIND: Final = 4
BEFORE: Final = 3


class Set(NamedTuple):
    """A limit as it is written, and the words that say something next to it in its clause."""

    words: str
    before: Sequence[str]
    behind: Sequence[str]


def set_otherwise(claim: str, evidence: str, counterparts: Mapping[str, str]) -> Iterator[str]:
    """The limits of a claim that the evidence sets on something else."""
    languages = lexicon.language_of(lexicon.fold(f"{evidence} {claim}"))
    converse = limits_of(claim, languages).count("only") != limits_of(evidence, languages).count("only")
    told = {family: list(_set(evidence, family, languages)) for family in FAMILIES}
    everywhere = [each for found in told.values() for each in found]
    for family in FAMILIES:
        theirs = everywhere if converse else told[family]
        if any(not (each.before or each.behind) for each in theirs):
            continue  # alone in its clause it limits all that was said
        if not theirs:
            continue
        for mine in _set(claim, family, languages):
            near = [*mine.behind[:1], *(mine.before[-1:] if family[0] in BOTH_WAYS and not _leads(mine) else ())]
            known = {word for each in theirs for word in _around(each, family)}
            if near and not any(counterparts.get(word, word) in known for word in near):
                yield f"“{mine.words}” is said of something else"


def _leads(limit: Set) -> bool:
    """ "Only" is said of what follows, where anything does."""
    return limit.words == "only" and bool(limit.behind)


def _around(limit: Set, family: tuple[str, ...]) -> Iterator[str]:
    yield from limit.behind[:BEHIND]
    if family[0] == "negative" or (family[0] == "only" and not _leads(limit)):
        yield from limit.before[-BEFORE:]
    elif family[0] == "only":  # "row only with a boat" is "only row with a boat"
        yield from limit.before[-1:]


def _set(text: str, family: Sequence[str], languages: tuple[str, ...]) -> Iterator[Set]:
    patterns = [lexicon.pattern("polarity", name, languages) for name in family]
    for clause in CLAUSE.split(lexicon.fold(plain(text))):
        said = terms_in(clause)
        for at, term in enumerate(said):
            if not term.weighs and any(each.fullmatch(term.word) for each in patterns):
                yield Set(term.word, _weighty(said[:at]), _weighty(said[at + 1 :]))


def _weighty(said: Sequence[Term]) -> list[str]:
    return [each.lemma for each in said if each.weighs or each.word[0].isdigit()]
