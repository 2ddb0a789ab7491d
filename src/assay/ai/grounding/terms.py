"""The words of a text in the order in which they stand, and which of them another text holds too."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon, thesaurus
from assay.ai.grounding.plain import plain
from assay.ai.grounding.words import same_word

TOKEN: Final = re.compile(r"[^\W_]+(?:[.:/_][^\W_]+)*%?|[€$£]")
CURRENCIES: Final = {"€": "euro", "$": "dollar", "£": "pound", "eur": "euro", "usd": "dollar", "gbp": "pound"}
BEGINNING: Final = 3
MIN_STEM: Final = 5
ENDINGS: Final = frozenset(
    ["", "s", "d", "e", "y", "t", "ed", "es", "en", "al", "ly", "den", "ten", "ing", "ion", "ied", "ies", "ate", "ment",
     "ions", "ance", "ence", "able", "ates", "ated", "ating", "ation", "ations", "ments"]
)  # fmt: skip


class Term(NamedTuple):
    """A word, or a phrase that stands for one."""

    word: str
    lemma: str
    parts: tuple[str, ...] = ()
    """The lemmas of a phrase."""
    weighs: bool = True
    """Whether it says something of its own, beside what is compared in other ways: limits and figures."""


def terms(text: str) -> Sequence[Term]:
    """All words in order, phrases of the thesaurus as one."""
    return terms_in(lexicon.fold(plain(text)))


@lru_cache(maxsize=4_096)
def terms_in(said: str) -> Sequence[Term]:
    """The same of a text that is plain and folded already."""
    words = [CURRENCIES.get(each, each) for each in TOKEN.findall(said)]
    lemmas = [thesaurus.lemma(each) for each in words]
    return list(_joined(words, lemmas))


def _joined(words: Sequence[str], lemmas: Sequence[str]) -> Iterable[Term]:
    at = 0
    while at < len(words):
        phrase = next(
            (each for each in thesaurus.phrases().get(lemmas[at], ()) if tuple(lemmas[at : at + len(each)]) == each),
            (),
        )
        if phrase:
            said = words[at : at + len(phrase)]
            is_light = "_".join(said) in thesaurus.light()
            weighs = not is_light and (any(_weighs(each) for each in said) or said[-1] in PARTICLES)
            yield Term(" ".join(said), "_".join(phrase), phrase, weighs)
        else:
            yield Term(words[at], lemmas[at], (), _weighs(words[at]))
        at += max(1, len(phrase))


PARTICLES: Final = frozenset({"up", "down", "in", "out", "off", "away", "over"})


@lru_cache(maxsize=16_384)
def _weighs(word: str) -> bool:
    is_small = word in lexicon.words("grammar", "function_words") or word in thesaurus.light()
    return not (is_small or lexicon.is_limiting(word) or any(map(str.isdigit, word)) or word == "s")


@dataclass(frozen=True, slots=True)
class Known:
    """What a text holds, to be asked for the words of another."""

    lemmas: frozenset[str]
    groups: frozenset[int]
    """Of the words that the asking text does not hold itself."""
    words: dict[str, list[str]]
    """By how they begin."""
    is_english: bool
    """Of other languages forms are told by their beginning alone."""

    @classmethod
    @lru_cache(maxsize=1_024)
    def of(cls, text: str, asking: str = "") -> "Known":
        said = terms(text)
        single = _lemmas(said)
        theirs = set(_lemmas(terms(asking)))
        pairs = [one.lemma + two.lemma for one, two in pairwise(said)]
        found = thesaurus.groups()
        is_english = lexicon.language_of(lexicon.fold(text)) == ("en",)
        words = [word for each in said for word in each.word.split() if not is_english or _weighs(word)]
        by_beginning: dict[str, list[str]] = {}
        for form in words if is_english else {each for word in words for each in (word, _without_participle(word))}:
            by_beginning.setdefault(form[:BEGINNING], []).append(form)
        groups = frozenset(group for each in single if each not in theirs for group in found.get(each, ()))
        return cls(frozenset(single + pairs), groups, by_beginning, is_english)

    def has(self, term: Term) -> bool:
        """Whether the text says it in some form."""
        if term.lemma in self.lemmas or not self.groups.isdisjoint(thesaurus.groups().get(term.lemma, ())):
            return True
        if term.parts and all(self.has(Term(part, part)) for part in term.parts if part not in SMALL_PARTS):
            return True
        if term.parts and term.parts[-1] in PARTICLES and term.parts[-1] in self.lemmas and not _weighs(term.parts[0]):
            return True
        if self.is_english:
            return any(_are_forms(term.word, other) for other in self.words.get(term.word[:BEGINNING], ()))
        return any(
            same_word(form, other)
            for form in {term.word, _without_participle(term.word)}
            for other in self.words.get(form[:BEGINNING], ())
        )


@lru_cache(maxsize=16_384)
def _are_forms(one: str, other: str) -> bool:
    """English: alike but for endings of forms, "promised" and "promise"."""
    pairs = enumerate(zip(one, other, strict=False))
    common = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    return common >= MIN_STEM and all(each[common:] in ENDINGS for each in (one, other))


def _is_light(phrase: Term) -> bool:
    return phrase.word.replace(" ", "_") in thesaurus.light()


def _lemmas(said: Sequence[Term]) -> list[str]:
    return [each.lemma for each in said] + [part for each in said if not _is_light(each) for part in each.parts]


SMALL_PARTS: Final = frozenset({"to", "at", "by", "of", "on", "for", "with", "the", "a", "an", "be", "not"})


def is_form(word: str, other: str) -> bool:
    """Two forms of one word, told by how they begin."""
    return any(
        one[:BEGINNING] == two[:BEGINNING] and same_word(one, two)
        for one in {word, _without_participle(word)}
        for two in {other, _without_participle(other)}
    )


def _without_participle(word: str) -> str:
    """`gevoerd` as `voerd`."""
    return word[2:] if word.startswith("ge") and len(word) > 6 else word


def missing(text: str, elsewhere: str) -> list[Term]:
    """The words of weight that another text does not hold in any form, and its own do not make up."""
    other = Known.of(elsewhere, asking=text)
    found = [each for each in terms(text) if each.weighs and not other.has(each)]
    if not found:
        return []
    said = terms(text)
    halves = {half.word for one, two in pairwise(said) if one.lemma + two.lemma in other.lemmas for half in (one, two)}
    return list({each.lemma: each for each in found if each.word not in halves}.values())
