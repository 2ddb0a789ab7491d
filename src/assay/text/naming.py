"""Whether what a topic is called is a name. Pure."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from assay.kinds import folded

_VERSION: Final = re.compile(r"v?\d[\w.+-]*|[^\W\d_]{2,}[._-]?v?\d[\w.+-]*", re.IGNORECASE)
"""A number, or a word that ends in one: `1.2.3`, `v2`, `Omap4`."""
_WORD: Final = re.compile(r"[^\W_](?:[\w.'’+#-]*[\w+#])?")
_STARTS_A_SENTENCE: Final = re.compile(r"(?:^|[.!?:;\n\"“„(]|\n\s*[-*>])[\s\"“„(*_`>-]*$")


@cache
def general() -> dict[str, str]:
    """What a topic of a channel says behind its name, by language: "Backend (general)"."""
    from assay.text.lexicon import languages, section  # it reads files, and most commands name no topic

    return {language: str(section(language, "topic")["general"]) for language in languages()}


@cache
def _of_a_channel() -> re.Pattern[str]:
    return re.compile(rf"(.+?)\s*\((?:{'|'.join(sorted(set(general().values())))})\)\s*", re.IGNORECASE)


def channel_of(topic: str) -> str | None:
    """The channel that a topic is for whatever belongs under no other; None where it is a subject of its own."""
    found = _of_a_channel().fullmatch(topic)
    return folded(found[1]) if found else None


def is_name(title: str, said: Iterable[str]) -> bool:
    """Whether it tells a subject from every other. `said`: the quotes behind it.

    No name is what
    1. has no letters,
    2. only says when: a weekday, a month, a date,
    3. is one word with a version: `Omap4`, `v2`,
    4. is one word that is not written as a proper name: all in capitals, with a capital inside, or with a capital
       within a sentence of its quotes and small in none.
    """
    words = _WORD.findall(title)
    return says_a_subject(title) and (len(words) > 1 or _is_proper(words[0], said))


def says_a_subject(title: str) -> bool:
    """Whether it has letters, says more than when, and is more than a version: the first three of these."""
    words = _WORD.findall(title)
    if not any(each.isalpha() for each in title) or all(map(_says_when, words)):
        return False
    return len(words) > 1 or not _VERSION.fullmatch(words[0])


def _says_when(word: str) -> bool:
    said = folded(word)
    return said[:1].isdigit() or not _calendar().isdisjoint((said, said.removesuffix("s")))


@cache
def _calendar() -> frozenset[str]:
    """Weekdays, months and what else only says when, in the languages that are read."""
    lists = tomllib.loads(resources.files(__package__).joinpath("calendar.toml").read_text("utf-8"))
    return frozenset(word for each in lists.values() for words in each.values() for word in words.split())


def _is_proper(word: str, said: Iterable[str]) -> bool:
    if any(letter.isupper() for letter in word[1:]):
        return True
    written = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    found = [(match, quote) for quote in said for match in written.finditer(quote)]
    within = [match for match, quote in found if not _STARTS_A_SENTENCE.search(quote[: match.start()][-50:])]
    return bool(within) and all(match[0][:1].isupper() for match, _ in found)
