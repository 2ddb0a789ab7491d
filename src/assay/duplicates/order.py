"""Before and after, from and to: two texts that put the same things the other way round. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from assay.duplicates.fact_change import FactChange
from assay.duplicates.plain_text import PlainText
from assay.text import lexicon
from assay.text.facts import Family
from assay.text.lexicon import Phrases, Word

REACH: Final = 3
"""Words behind "from" and "to" among which stands what it means."""
Stems = frozenset[str]
Sides = tuple[Stems, Stems]


def turned(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """What comes first here and second there; where something comes from here, and goes to there."""
    yield from _crossed(_in_time(a), _in_time(b), frozenset())
    yield from _crossed(_in_space(a), _in_space(b), _names(a) & _names(b))
    yield from _other_goal(a, b)


def _other_goal(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """To one here and to the other there, while both texts speak of both."""
    here, there = _goals(a), _goals(b)
    gone, come = (here - there) & set(b.stems), (there - here) & set(a.stems)
    if gone and come:
        yield FactChange(", ".join(sorted(gone)), ", ".join(sorted(come)))


def _goals(text: PlainText) -> Stems:
    """The first word that speaks behind each "to"."""
    found = set()
    for mark in _lists(text.language, "to", "aside").among(text.words):
        behind = text.words[mark.behind : mark.behind + REACH]
        if mark.value == "to" and (at := _first_that_speaks(behind, text.language)):
            found.add(text.stem(behind[at - 1].said))
    return frozenset(found)


def other_means(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Another cause, or something else to do it with: what stands behind "because of" or "with" is new to the other."""
    for name in ("cause", "means"):
        gone, come = (_new_behind(name, one, other) for one, other in ((a, b), (b, a)))
        if gone and come:
            yield FactChange(gone, come)


def _new_behind(name: str, text: PlainText, other: PlainText) -> str | None:
    small = lexicon.small_words(text.language)
    for found in _lists(text.language, name).among(text.words):
        said = [word.said for word in text.words[found.behind : found.behind + REACH] if word.said not in small]
        if said and not any(text.stem(each) in other.stems for each in said):
            return " ".join(said)
    return None


def _crossed(one: Sides, other: Sides, named: Stems) -> Iterator[FactChange]:
    """Both must have changed sides, or one that is a name."""
    straight = one[0] & other[0] | one[1] & other[1]
    crossed = one[0] & other[1], one[1] & other[0]
    has_turned = all(crossed) or (crossed[0] | crossed[1]) & named
    if has_turned and sum(map(len, crossed)) > len(straight):
        yield FactChange(*(", ".join(sorted(each)) or None for each in crossed))


def _names(text: PlainText) -> Stems:
    if text.language == "de":  # every noun has a capital
        return frozenset()
    return frozenset(text.stem(fact.value) for fact in text.facts if fact.family is Family.NAME)


def _in_time(text: PlainText) -> Sides:
    """The words of what comes first, and of what comes second."""
    found = next(iter(_lists(text.language, "before", "after", "then").among(text.words)), None)
    if found is None:
        return frozenset(), frozenset()
    left, right = text.words[: found.first], text.words[found.behind :]
    if found.value == "then":
        left, right = _at_comma(text, 0)
    elif not left:
        left, right = _at_comma(text, found.behind)
        left, right = (right, left) if found.value == "before" else (left, right)
    elif found.value == "after":
        left, right = right, left
    return _stems(left, text), _stems(right, text)


def _at_comma(text: PlainText, start: int) -> tuple[Sequence[Word], Sequence[Word]]:
    """What stands before the first comma from a word on, and behind it; without one, the first word that speaks."""
    words = text.words[start:]
    comma = text.text.find(",", words[0].start) if words else -1
    cut = sum(word.start < comma for word in words) or _first_that_speaks(words, text.language)
    return words[:cut], words[cut:]


def _first_that_speaks(words: Sequence[Word], language: str) -> int:
    small = lexicon.small_words(language)
    return next((at for at, word in enumerate(words, start=1) if word.said not in small), 0)


def _in_space(text: PlainText) -> Sides:
    """The words behind "from", and behind "to"."""
    sides: dict[str, Stems] = {"from": frozenset(), "to": frozenset()}
    marks = list(_lists(text.language, "from", "to").among(text.words))
    ends = [*(found.first for found in marks[1:]), len(text.words)]
    for found, end in zip(marks, ends, strict=False):
        sides[found.value] |= _stems(text.words[found.behind : min(end, found.behind + REACH)], text)
    return sides["from"], sides["to"]


def _stems(words: Sequence[Word], text: PlainText) -> Stems:
    small = lexicon.small_words(text.language)
    return frozenset(text.stem(word.said) for word in words if word.said not in small)


@cache
def _lists(language: str, *names: str) -> Phrases[str]:
    known = lexicon.section(language, "order")
    return Phrases.of((phrase, name) for name in names for phrase in known[name])
