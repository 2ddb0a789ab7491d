"""What people say in a chat, as data: one file a language, `lexicon/en.toml` and its neighbours.

A native speaker can extend a list, or add a file, and needs no Python for it. A list is asked for by section and key,
and holds the phrases of all languages together. Grammar that English alone needs stands in the rule that needs it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

GROUP: Final = re.compile(r"(?<!\\)\((?!\?)")


def phrases(section: str, key: str) -> re.Pattern[str]:
    """Any phrase of a list, as whole words, in any case."""
    return whole_words(entries(section, key))


def opening(section: str, key: str) -> re.Pattern[str]:
    """Any phrase of a list as the first words, in any case."""
    return first_words(entries(section, key))


def alternatives(section: str, key: str) -> str:
    """The phrases of a list as one group of a larger pattern."""
    return f"(?:{any_of(entries(section, key))})"


def words(section: str, key: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(word for each in entries(section, key) for word in each.split())


def whole_words(said: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of(said)})(?!\w)", re.IGNORECASE)


def first_words(said: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\A\s*(?:{any_of(said)})(?!\w)", re.IGNORECASE)


def any_of(said: Iterable[str]) -> str:
    """One alternation; its groups are counted by nobody."""
    return "|".join(GROUP.sub("(?:", phrase) for phrase in said)


def entries(section: str, key: str) -> list[str]:
    """The phrases of a list in every language that has it. Raises KeyError where none has."""
    found = [language[section][key] for language in languages().values() if key in language.get(section, {})]
    if not found:
        raise KeyError(f"no lexicon has {key!r} in [{section}]")
    return [phrase for each in found for phrase in ([each] if isinstance(each, str) else each)]


def by_language(section: str, key: str) -> dict[str, frozenset[str]]:
    """The words of a list, apart for each language that has it."""
    found = {name: language.get(section, {}).get(key) for name, language in languages().items()}
    return {name: frozenset(said.split()) for name, said in found.items() if said}


def tables(name: str) -> Iterator[Mapping[str, Any]]:
    """The tables of a name, in every language that has them."""
    return (table for language in languages().values() for table in language.get(name, ()))


@cache
def languages() -> Mapping[str, Mapping[str, Any]]:
    """What stands in each file, by its name."""
    folder = resources.files(__package__).joinpath("lexicon")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return {each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8")) for each in files}
