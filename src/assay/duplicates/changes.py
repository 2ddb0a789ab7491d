"""The changed-fact guard: what a text says differently about the same thing. Pure.

A vector cannot tell "same" from "updated": texts that differ in one number, name or "not" lie nearer to each other
than most paraphrases. A fact is changed where both texts fill one slot and fill it differently. What only one of them
mentions is not a change, for a paraphrase may leave things out.
"""

from collections.abc import Iterator

from assay.duplicates.choices import other_choices
from assay.duplicates.edits import ALIGNED, NEARLY_EQUAL, edited, exchanged
from assay.duplicates.fact_change import FactChange
from assay.duplicates.order import other_means, turned
from assay.duplicates.plain_text import PlainText, read
from assay.duplicates.rivals import rival_facts, rival_names, rival_numbers
from assay.duplicates.scale import MAX_SHORT
from assay.text.lexicon import language_of

__all__ = ["FactChange", "changed_facts"]


def changed_facts(a: str, b: str) -> list[FactChange]:
    """What `b` says differently from `a`, each in words for a person; empty where nothing contradicts."""
    return list(dict.fromkeys(_changes(a, b)))


def says_otherwise(a: str, b: str) -> bool:
    """Whether there is anything of it."""
    return next(_changes(a, b), None) is not None


def _changes(a: str, b: str) -> Iterator[FactChange]:
    if a == b:
        return
    language = _language(a[:MAX_SHORT], b[:MAX_SHORT])
    one, other = read(a, language), read(b, language)
    # of a long text only its title says what it is about: further down, a value counts where the words around it are
    # the same, for a report names versions, paths and times that are not its point
    is_long = max(len(a), len(b)) > MAX_SHORT
    yield from _of_reports(one, other) if is_long else _of_statements(one, other)


def _language(a: str, b: str) -> str:
    one, other = language_of(a), language_of(b)
    return one if one == other else language_of(f"{a} {b}")


def _of_statements(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    yield from rival_facts(a, b)
    yield from edited(a, b, ALIGNED, whole=True)
    yield from exchanged(a, b)
    yield from rival_numbers(a, b)
    yield from rival_names(a, b)
    yield from other_choices(a, b)
    yield from turned(a, b)
    yield from other_means(a, b)


def _of_reports(a: PlainText, b: PlainText) -> Iterator[FactChange]:
    yield from rival_facts(a.title, b.title)
    yield from edited(a.title, b.title, ALIGNED)
    yield from edited(a, b, NEARLY_EQUAL)
