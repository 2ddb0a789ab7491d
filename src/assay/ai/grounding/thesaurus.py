"""Which words say the same: forms of one word, and plain words of one meaning.

One file a language, `thesaurus/en.toml` and its neighbours, that a native speaker can extend.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

ENDINGS: Final = (
    ("isations", 3), ("izations", 3), ("isation", 3), ("ization", 3), ("ations", 4), ("ation", 4), ("ments", 3),
    ("ment", 3), ("nesses", 4), ("ness", 4), ("ances", 5), ("ance", 5), ("ised", 3), ("ized", 3), ("ises", 3),
    ("izes", 3), ("ising", 3), ("izing", 3), ("ise", 3), ("ize", 3), ("ions", 5), ("ion", 5), ("ally", 5), ("ly", 4),
    ("ied", 2), ("ies", 2), ("al", 5), ("y", 3),
)  # fmt: skip
"""Each with the letters that must be left before it."""
VOWEL: Final = "aeiouyäöüáéíóúàèìòùâêîôû"
SHORT: Final = re.compile(rf"[^{VOWEL}]*[{VOWEL}][^{VOWEL}wx]")
"""A syllable that takes an "e" when it takes no doubled letter: `bak` is of `bake`, `stop` is of `stopped`."""
SILENT: Final = re.compile(r"[scvgzu]e$")
PLURAL: Final = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^su])s$")


@lru_cache(maxsize=16_384)
def lemma(word: str) -> str:
    """An English word without the endings of its forms; others mostly as they are."""
    return _bare(_forms().get(word, word))


def _bare(word: str) -> str:
    if word in _fixed():
        return word
    if len(word) > 3 and not word.endswith(("ied", "ies")):
        word = PLURAL.sub("", word)
        word = _forms().get(word, word)
    if len(word) > 4 and word.endswith(("ied", "ies")):
        word = _forms().get(f"{word[:-3]}y", f"{word[:-3]}y")
        if word in _fixed():
            return word
    if len(word) > 4 and word.endswith(("ed", "ing")) and word not in _fixed():
        word = _uninflected(word.removesuffix("ed").removesuffix("ing"), word)
    for ending, left in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= left and not (ending == "y" and word[-2] in VOWEL):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word.endswith("e") and (SILENT.search(word) or not SHORT.fullmatch(word[:-1])):
        return word[:-1]
    return word


def _uninflected(base: str, word: str) -> str:
    if not any(letter in VOWEL for letter in base) or len(base) < 2:
        return word
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return f"{base}e" if SHORT.fullmatch(base) else base


@cache
def _fixed() -> frozenset[str]:
    return words("fixed")


@cache
def _forms() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _lines("irregular"):
        first, *others = line.split()
        for each in others:
            found.setdefault(each, first)
    return {form: found.get(base, base) for form, base in found.items()}


@cache
def groups() -> dict[str, frozenset[int]]:
    """The groups that a lemma belongs to; a phrase by the lemmas of its words, with `_` between."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_lines("groups")):
        for word in line.split():
            found.setdefault(key(word.split("_")), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def phrases() -> dict[str, Sequence[tuple[str, ...]]]:
    """The phrases that begin with a lemma, the longest first, as lemmas."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for each in (*groups(), *(key(word.split("_")) for word in light() if "_" in word)):
        words = tuple(each.split("_"))
        if len(words) > 1:
            found.setdefault(words[0], set()).add(words)
    return {first: sorted(each, key=lambda words: (-len(words), words)) for first, each in found.items()}


def key(words: Sequence[str]) -> str:
    return "_".join(map(lemma, words))


@cache
def words(name: str) -> frozenset[str]:
    """The words of a list, as they are written, in all languages together."""
    return frozenset(word for line in _lines(name) for word in line.split())


def light() -> frozenset[str]:
    """Words that hardly say anything."""
    return words("light")


def _lines(name: str) -> Iterator[str]:
    for each in _languages():
        lines = (line.partition("#")[0].strip() for line in each.get(name, "").splitlines())
        yield from (line for line in lines if line)


@cache
def _languages() -> Sequence[dict[str, Any]]:
    folder = resources.files(__package__).joinpath("thesaurus")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return [tomllib.loads(each.read_text("utf-8")) for each in files]
