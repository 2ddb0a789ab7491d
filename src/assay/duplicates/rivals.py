"""What two statements say differently wherever it stands in them. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from assay.duplicates.edits import has_opposites, same_spelling, same_value
from assay.duplicates.fact_change import FactChange
from assay.duplicates.order import other_means, turned
from assay.duplicates.polarity import Polarity
from assay.duplicates.reading import Reading
from assay.text import lexicon
from assay.text.facts import Fact, Family
from assay.text.lexicon import Phrases

MAX_RIVALS: Final = 3
"""Texts that differ in more values of one slot are lists of other things, not one thing changed."""
ONE_SUBJECT: Final = 0.5
"""Share of common words from which a "not" more or less turns the claim round."""
COUNT: Final = "count of "
DUTY: Final = "duty"


def rivals(a: Reading, b: Reading) -> Iterator[FactChange]:
    """All that can be told apart in short texts beside the values of facts."""
    yield from _other_numbers(a.facts, b.facts)
    yield from _other_names(a, b)
    yield from _other_choices(a, b)
    yield from turned(a, b)
    yield from other_means(a, b)
    yield from _other_polarity(a, b)


def rival_facts(a: Reading, b: Reading) -> Iterator[FactChange]:
    """Slots that both texts fill, each with something the other does not say."""
    before, after = a.facts, b.facts
    slots = {fact.slot for fact in before if fact.slot} & {fact.slot for fact in after if fact.slot}
    for slot in sorted(slots):
        old, new = ([fact for fact in facts if fact.slot == slot] for facts in (before, after))
        yield from _pairs(_only_in(old, new), _only_in(new, old))


def _pairs(gone: Sequence[str], come: Sequence[str]) -> Iterator[FactChange]:
    if max(len(gone), len(come)) <= MAX_RIVALS:
        yield from (FactChange(*pair) for pair in zip(gone, come, strict=False))


def _only_in(facts: Sequence[Fact], others: Sequence[Fact]) -> list[str]:
    return list({each.value: each.words for each in facts if not any(same_value(each, other) for other in others)}.values())



def _other_numbers(before: Sequence[Fact], after: Sequence[Fact]) -> Iterator[FactChange]:
    """Counts, whatever the words call what they count."""
    old, new = ([fact for fact in facts if _counts(fact)] for facts in (before, after))
    said = {fact.value for fact in (*before, *after) if fact.value in {f.value for f in before} & {f.value for f in after}}
    gone, come = ([fact.words for fact in facts if fact.value not in said] for facts in (old, new))
    yield from _pairs(gone, come)


def _counts(fact: Fact) -> bool:
    is_count = fact.slot is None or fact.slot.startswith(COUNT)
    return fact.family is Family.VERSION or (fact.family is Family.NUMBER and is_count and fact.value != "1")


def _other_names(a: Reading, b: Reading) -> Iterator[FactChange]:
    """Names of which the other text knows none, on both sides."""
    gone, come = ([name for name in _names(one) if not _is_known(name, other)] for one, other in ((a, b), (b, a)))
    yield from _pairs(gone, come)


def _names(text: Reading) -> list[str]:
    if text.language != "de":
        small = lexicon.small_words(text.language)
        return [f.words for f in text.facts if f.family is Family.NAME and f.value not in small]
    titles = lexicon.section("de", "names")["titles"].split()
    words = text.words
    return [
        text.text[word.start : word.end] for before, word in zip(words, words[1:], strict=False) if before.said in titles
    ]


def _is_known(name: str, text: Reading) -> bool:
    said = name.lower()
    known = {word.said for word in text.words} | {token.word for token in text.tokens}
    if any(word in (said, f"{said}s") or same_spelling(said, word) for word in known):
        return True
    initials = iter(word.said[0] for word in text.words)
    return len(name) > 1 and name.isupper() and all(letter in initials for letter in said)


def _other_choices(a: Reading, b: Reading) -> Iterator[FactChange]:
    """Words that exclude each other wherever they stand: at least and at most, all and some."""
    before, after = choices(a), choices(b)
    for slot in before.keys() & after.keys():
        if before[slot].keys().isdisjoint(after[slot]) and (slot != DUTY or common(a, b) >= ONE_SUBJECT):
            yield FactChange(next(iter(before[slot].values())), next(iter(after[slot].values())))


def choices(text: Reading) -> dict[str, dict[int, str]]:
    """By slot: which alternatives a text names, in its words."""
    found: dict[str, dict[int, str]] = {}
    for first, behind, (slot, number) in _alternatives(text.language).among(text.words):
        found.setdefault(slot, {})[number] = " ".join(word.said for word in text.words[first:behind])
    return found


@cache
def _alternatives(language: str) -> Phrases[tuple[str, int]]:
    return Phrases.of(
        (phrase, (slot, number))
        for slot, entries in lexicon.section(language, "anywhere").items()
        for number, entry in enumerate(entries)
        for phrase in lexicon.alternatives(entry)
    )


def _other_polarity(a: Reading, b: Reading) -> Iterator[FactChange]:
    """A "not" more or less, where the texts are about one thing and neither turns itself round by an "only"."""
    if a.polarity[Polarity.EXCLUSIVE] or b.polarity[Polarity.EXCLUSIVE] or common(a, b) < ONE_SUBJECT:
        return
    old, new = a.polarity[Polarity.NEGATIVE], b.polarity[Polarity.NEGATIVE]
    if (len(old) + len(new)) % 2 and not has_opposites(a, b):
        yield FactChange(old[0], None) if len(old) > len(new) else FactChange(None, new[0])


def common(a: Reading, b: Reading) -> float:
    """The share of the words of the shorter that the other has too."""
    least = min(len(a.meaning), len(b.meaning))
    return len(a.meaning & b.meaning) / least if least else 0.0
