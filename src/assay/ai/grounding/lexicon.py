"""What speakers of a language say when they decide, consent, confirm, object and doubt.

One file a language, `lexicon/en.toml` and its neighbours, that a native speaker can extend: lists of phrases, matched
as whole words in small letters with straight apostrophes.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

FOLDED_SIGNS: Final = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"}
)
WORD: Final = re.compile(r"[^\W\d_]+")
SHARE_OF_BEST: Final = 0.6
"""Of the small words of the likeliest language, from which a text may be of another."""
MAX_CHARACTERS: Final = 4_000
"""Of a message that are read."""


def fold(text: str) -> str:
    """Small letters, straight signs, single blanks."""
    return " ".join(text[:MAX_CHARACTERS].casefold().translate(FOLDED_SIGNS).split())


def search(section: str, key: str, text: str) -> re.Match[str] | None:
    """The first phrase of a list that a folded text holds, in the languages that it may be written in."""
    return pattern(section, key, languages_of(text)).search(text)


@cache
def pattern(section: str, key: str, languages: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Any phrase of a list as whole words, in these languages or in all."""
    return re.compile(rf"(?<![\w'])(?:{'|'.join(_phrases(section, key, languages)) or '(?!)'})(?![\w'])")


@cache
def alternatives(section: str, key: str) -> str:
    """All phrases of a list as one group of a regular expression."""
    return f"(?:{'|'.join(_phrases(section, key, ()))})"


@cache
def opening(section: str, key: str) -> re.Pattern[str]:
    """Any phrase of a list, in any language, at the beginning of a text."""
    return re.compile(rf"\W*?(?:{'|'.join(_phrases(section, key, ()))})(?!\w)")


@lru_cache(maxsize=4_096)
def languages_of(text: str) -> tuple[str, ...]:
    """Those whose small words a folded text holds most; all of them where it holds none."""
    said = WORD.findall(text)
    counts = {name: sum(word in known for word in said) for name, known in _function_words().items()}
    best = max(counts.values())
    return tuple(name for name, count in counts.items() if best and count >= SHARE_OF_BEST * best)


@lru_cache(maxsize=4_096)
def language_of(text: str) -> tuple[str, ...]:
    """The likeliest language of a folded text, if its small words tell one."""
    said = WORD.findall(text)
    counts = {name: sum(word in known for word in said) for name, known in _function_words().items()}
    best = max(counts, key=lambda name: counts[name])
    return (best,) if counts[best] else ()


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {name: frozenset(each["grammar"]["function_words"].split()) for name, each in _languages().items()}


@cache
def words(section: str, key: str) -> frozenset[str]:
    """The words of a list, in all languages together."""
    return frozenset(word for each in _values(section, key) for word in each.split())


@cache
def numbers(languages: tuple[str, ...] = ()) -> dict[str, str]:
    """The small numbers and ordinals as words, in these languages or in all, to their digits."""
    lists = (
        _languages()[name]["grammar"].get(key, "")
        for name in languages or _languages()
        for key in ("numbers", "ordinals")
    )
    return {word: str(at) for each in lists for at, word in enumerate(each.split())}


@lru_cache(maxsize=16_384)
def is_limiting(word: str) -> bool:
    """Whether a single word belongs to a class of limits in any language: such are compared by their class."""
    classes = dict.fromkeys(name for each in _languages().values() for name in each.get("polarity", {}))
    return any(pattern("polarity", name).fullmatch(word) for name in classes)


def _phrases(section: str, key: str, languages: tuple[str, ...]) -> list[str]:
    """The longest first, so that a phrase is never cut short by its own beginning."""
    return sorted(dict.fromkeys(_values(section, key, languages)), key=len, reverse=True)


def _values(section: str, key: str, languages: tuple[str, ...] = ()) -> Iterator[str]:
    for language in (_languages()[name] for name in languages or _languages()):
        found: str | Iterable[str] = language.get(section, {}).get(key, ())
        yield from [found] if isinstance(found, str) else found


@cache
def _languages() -> dict[str, dict[str, Any]]:
    folder = resources.files(__package__).joinpath("lexicon")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return {each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8")) for each in files}
