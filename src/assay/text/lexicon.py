"""What words say that can be told apart exactly, as data: one file a language, `lexicon/en.toml` and its neighbours.

A native speaker can extend a list, or add a file, and needs no Python for it.
"""

import re
import tomllib
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final, Generic, NamedTuple, TypeVar

DEFAULT_LANGUAGE: Final = "en"
ANY_ENDING: Final = "*"
MIN_BEGINNING: Final = 2
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:]\d+)*|[€$£¥₴%]")
_SIGNS: Final = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'", "\u202f": " ", "\u00a0": " "})

_ELISION: Final = re.compile(r"(?<![\w'])([ldjcsmtn]|qu|jusqu|lorsqu)'(?=\w)", re.IGNORECASE)

Value = TypeVar("Value", bound=Hashable)


class Word(NamedTuple):
    """A word in small letters, and where it stands."""

    said: str
    start: int
    end: int


class PhraseMatch(NamedTuple, Generic[Value]):
    """A phrase of a list among the words of a text: from one to before the other."""

    first: int
    behind: int
    value: Value


@dataclass(frozen=True, eq=False)
class Phrases(Generic[Value]):
    """A list of phrases to be found among words: the longest of those that begin at a word."""

    exact: dict[str, list[tuple[Sequence[str], Value]]] = field(default_factory=dict)
    beginnings: dict[str, list[tuple[Sequence[str], Value]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, Value]]) -> "Phrases[Value]":
        found = cls()
        for phrase, value in entries:
            first, *rest = straight(phrase).replace("-", " ").split()
            table = found.beginnings if first.endswith(ANY_ENDING) else found.exact
            table.setdefault(first.rstrip(ANY_ENDING), []).append((rest, value))
        return found

    def among(self, words: Sequence[Word]) -> Iterator[PhraseMatch[Value]]:
        """Those that do not overlap, in the order in which they stand."""
        behind = 0
        for at, word in enumerate(words):
            if at >= behind:
                for rest, value in self._beginning_with(word.said):
                    if not rest or self._goes_on(words, at + 1, rest):
                        behind = at + 1 + len(rest)
                        yield PhraseMatch(at, behind, value)
                        break

    def _goes_on(self, words: Sequence[Word], start: int, rest: Sequence[str]) -> bool:
        following = words[start : start + len(rest)]
        return len(following) == len(rest) and all(
            _is(each, word.said) for each, word in zip(rest, following, strict=True)
        )

    @lru_cache(maxsize=65_536)  # noqa: B019  # the lists live as long as the process
    def _beginning_with(self, said: str) -> Sequence[tuple[Sequence[str], Value]]:
        """The longest first."""
        options = list(self.exact.get(said, ()))
        for length in range(MIN_BEGINNING, len(said) + 1) if self.beginnings else ():
            options += self.beginnings.get(said[:length], ())
        return sorted(options, key=lambda option: -len(option[0]))


def _is(phrase: str, said: str) -> bool:
    return said.startswith(phrase[:-1]) if phrase.endswith(ANY_ENDING) else said == phrase


def straight(text: str) -> str:
    """The text with straight apostrophes, plain blanks, and a blank behind a word that is cut short: `l eau`."""
    return _ELISION.sub(r"\1 ", text.translate(_SIGNS))


@lru_cache(maxsize=2_048)
def words_of(text: str) -> Sequence[Word]:
    """The words of a text, figures and signs of money among them."""
    return [Word(found[0].lower(), found.start(), found.end()) for found in _WORD.finditer(text)]


@lru_cache(maxsize=2_048)
def language_of(text: str) -> str:
    """The language whose small words a text holds most, or one of whose letters; English where it holds none."""
    said, letters = [word.said for word in words_of(straight(text))], set(text.lower())
    counts = {name: sum(word in small for word in said) for name, small in _small_words().items()}
    own = {name: not letters.isdisjoint(each.get("letters", "")) for name, each in _languages().items()}
    return max(counts, key=lambda name: (counts[name], own[name], name == DEFAULT_LANGUAGE))


def languages() -> Collection[str]:
    """Those that have a file."""
    return _languages().keys()


@cache
def small_words(language: str) -> frozenset[str]:
    """The words that hold a sentence together and say nothing of their own."""
    return _small_words()[language]


def section(language: str, name: str) -> Mapping[str, Any]:
    """A table of a language; empty where it has none."""
    found: Mapping[str, Any] = _languages()[language].get(name, {})
    return found


def alternatives(entry: str) -> list[str]:
    """What `|` divides."""
    return [each.strip() for each in entry.split("|")]


@cache
def numbers(language: str) -> dict[str, int]:
    """The number words to what they are worth."""
    return {word: int(number) for number, words in section(language, "numbers").items() for word in words.split()}


@cache
def _small_words() -> dict[str, frozenset[str]]:
    return {name: frozenset(each["function_words"].split()) for name, each in _languages().items()}


@cache
def _languages() -> dict[str, dict[str, Any]]:
    folder = resources.files(__package__).joinpath("lexicon")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return {each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8")) for each in files}
