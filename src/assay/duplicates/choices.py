"""Words of which a text can mean only one, and the "not" that turns them round. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from assay.duplicates.edits import has_opposites
from assay.duplicates.fact_change import FactChange
from assay.duplicates.plain_text import PlainText
from assay.duplicates.polarity import Polarity
from assay.text import lexicon
from assay.text.lexicon import Phrases

ONE_SUBJECT: Final = 0.5
"""Share of common words from which a "not" more or less turns the claim round."""
ANYWHERE, OPPOSITES = "anywhere", "opposites"

Place = tuple[str, int]
"""A line of the lexicon, and which of its alternatives."""


def other_choices(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """At least and at most, all and some, more and less, "not" and nothing: wherever they stand."""
    yield from (FactChange(*pair) for pair in _apart(a, b, ANYWHERE))
    opposites = [pair for pair in _apart(a, b, OPPOSITES) if common(a, b) >= ONE_SUBJECT]
    if not opposites:
        yield from _other_polarity(a, b)
    for pair in opposites:
        if _is_odd(*(_negations(text, pair) for text in (a, b))) == 0:
            yield FactChange(*pair)


def _apart(a: PlainText, b: PlainText, section: str) -> Iterator[tuple[str, str]]:
    """By line, what only one of the texts says, where both say something."""
    before, after = (_chosen(text, section) for text in (a, b))
    for line in before.keys() & after.keys():
        if before[line].keys().isdisjoint(after[line]):
            yield next(iter(before[line].values())), next(iter(after[line].values()))


def _chosen(text: PlainText, section: str) -> dict[str, dict[int, str]]:
    """By line: which alternatives a text names, in its words."""
    found: dict[str, dict[int, str]] = {}
    for first, behind, places in _phrases(text.language, section).among(text.words):
        for line, number in places:
            found.setdefault(line, {})[number] = " ".join(word.said for word in text.words[first:behind])
    return found


@cache
def _phrases(language: str, section: str) -> Phrases[tuple[Place, ...]]:
    places: dict[str, list[Place]] = {}
    for line, entries in lexicon.section(language, section).items():
        for number, entry in enumerate(entries):
            for phrase in lexicon.alternatives(entry):
                places.setdefault(phrase, []).append((line, number))
    return Phrases.of((phrase, tuple(each)) for phrase, each in places.items())


def _other_polarity(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """A "not" in one of the texts alone, where they are about one thing and neither turns itself round by an "only".

    Where both have some, one may only say it twice.
    """
    if a.polarity[Polarity.EXCLUSIVE] or b.polarity[Polarity.EXCLUSIVE] or common(a, b) < ONE_SUBJECT:
        return
    old, new = _negations(a), _negations(b)
    if _is_odd(old, new) and not (old and new) and not has_opposites(a, b):
        yield FactChange(old[0], None) if len(old) > len(new) else FactChange(None, new[0])


def _negations(text: PlainText, beside: Sequence[str] = ()) -> list[str]:
    return [each for each in text.polarity[Polarity.NEGATIVE] if each not in beside]


def _is_odd(*sides: Sequence[str]) -> int:
    return sum(map(len, sides)) % 2


def common(a: PlainText, b: PlainText) -> float:
    """The share of the words of the shorter that the other has too."""
    least = min(len(a.meaning), len(b.meaning))
    return len(a.meaning & b.meaning) / least if least else 0.0
