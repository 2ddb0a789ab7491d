"""Values and names that two statements state differently, wherever they stand. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from assay.duplicates.edits import same_spelling, same_value
from assay.duplicates.fact_change import FactChange
from assay.duplicates.plain_text import PlainText
from assay.text import lexicon
from assay.text.facts import Fact, Family

MAX_RIVALS: Final = 3
"""Texts that differ in more values of one slot are lists of other things, not one thing changed."""
COUNT: Final = "count of "


def rival_facts(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Slots that both texts fill, each with something the other does not say."""
    before, after = a.facts, b.facts
    slots = {fact.slot for fact in before if fact.slot} & {fact.slot for fact in after if fact.slot}
    for slot in sorted(slots):
        old, new = ([fact for fact in facts if fact.slot == slot] for facts in (before, after))
        yield from _pairs(_only_in(old, new, b), _only_in(new, old, a))


def _pairs(gone: Sequence[str], come: Sequence[str]) -> Iterator[FactChange]:
    if max(len(gone), len(come)) <= MAX_RIVALS:
        yield from (FactChange(*pair) for pair in zip(gone, come, strict=False))


def _only_in(facts: Sequence[Fact], others: Sequence[Fact], text: PlainText) -> list[str]:
    """What no other fact is. A month or a weekday may stand in the other text as a word of a list."""
    named = {word.said for word in text.words}
    found = {each.value: each for each in facts if not any(same_value(each, other) for other in others)}
    return [each.words for each in found.values() if each.family is not Family.DATE or each.words.lower() not in named]


def rival_numbers(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Counts and versions, whatever the words call what they count."""
    common = {fact.value for fact in a.facts} & {fact.value for fact in b.facts}
    gone, come = ([f.words for f in text.facts if _counts(f) and f.value not in common] for text in (a, b))
    yield from _pairs(gone, come)


def _counts(fact: Fact) -> bool:
    is_count = fact.slot is None or fact.slot.startswith(COUNT)
    return fact.family is Family.VERSION or (fact.family is Family.NUMBER and is_count and fact.value != "1")


def rival_names(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    """Names of which the other text knows none, on both sides. The first word of one may be a name."""
    gone, come = ([name for name in _names(one) if not _is_known(name, other)] for one, other in ((a, b), (b, a)))
    if bool(gone) != bool(come) and not any(map(str.isupper, (*gone, *come))):
        gone, come = gone or _opening(a, b), come or _opening(b, a)
    yield from _pairs(gone, come)


def _names(text: PlainText) -> list[str]:
    """In German every noun has a capital, and only a title tells."""
    small = lexicon.small_words(text.language)
    titles = lexicon.section(text.language, "names").get("titles", "").split()
    titled = [text.text[word.start : word.end] for before, word in pairwise(text.words) if before.said in titles]
    if text.language == "de":
        return titled
    names = [fact.words for fact in text.facts if fact.family is Family.NAME and fact.value not in small]
    return list(dict.fromkeys([*names, *titled]))


def _opening(text: PlainText, other: PlainText) -> list[str]:
    """The first word, if it says something of which the other knows nothing."""
    first = text.text[text.words[0].start : text.words[0].end] if text.words else ""
    is_small = first.lower() in lexicon.small_words(text.language)
    may_be_name = first[:1].isupper() and text.language != "de" and not is_small
    return [first] if may_be_name and not _is_known(first, other) else []


def _is_known(name: str, text: PlainText) -> bool:
    said = name.lower()
    known = {word.said for word in text.words} | {token.word for token in text.tokens}
    if any(word in (said, f"{said}s") or same_spelling(said, word) for word in known):
        return True
    initials = iter(word.said[0] for word in text.words)
    return len(name) > 1 and name.isupper() and all(letter in initials for letter in said)
