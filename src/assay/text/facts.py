"""What a text states that can be told apart exactly: quantities, dates, versions, identifiers and names. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from assay.text import quantities


class Family(StrEnum):
    NUMBER = "number"
    VERSION = "version"
    DATE = "date"
    IDENTIFIER = "identifier"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and the slot it fills: two texts that fill one slot differently state different things."""

    family: Family
    slot: str | None
    """What it is a value of. None where only the words around it tell."""
    value: str
    words: str
    start: int
    end: int


RELEASE: Final = "release of"
VERSION: Final = "version of"
MAX_LETTERS_BEFORE: Final = 60
_PRODUCT: Final = re.compile(
    r"([A-Za-z][\w+#-]*[\w+#])[\s(\[:=@-]+(?:(?:to|of|is|at|in|with|on|from|the|our|latest|current|plugin|version|release|v)\s+)*$",
    re.IGNORECASE,
)
"""The word that a version belongs to: `Netty` in `upgrade Netty version to 4.1.45`."""
BLANK: Final = "\0"
"""Stands for a character that is understood already; no text holds it."""

_MONTH_NAMES: Final = (
    "January Jan,February Feb,March Mar,April Apr,May,June Jun,"
    "July Jul,August Aug,September Sept Sep,October Oct,November Nov,December Dec"
)
_MONTHS: Final = {
    name: number for number, names in enumerate(_MONTH_NAMES.split(","), start=1) for name in names.split()
}
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})"
_DAY: Final = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_WEEKDAY: Final = r"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?"

_NUMBER: Final = rf"""
    (?P<currency>[$€£]\s?)?
    (?:(?P<digits>{quantities.DIGITS})(?P<suffix>[kM](?![A-Za-z])|bn\b)? | \b(?P<spelt>{quantities.SPELT})\b)
    (?:[\s-]?(?P<unit>%|m³|[A-Za-z]+))?"""
_JOINT: Final = re.compile(r"\s*(?:,|and|or|to|-|–|/|,\s*(?:and|or))\s*", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?:%|[A-Za-z]+)$")
_ORDINAL: Final = frozenset({"st", "nd", "rd", "th", "x"})


def _fact(family: Family, slot: str | None, value: str) -> Callable[[re.Match[str]], Fact]:
    """A maker of facts; `slot` and `value` are filled in from the match and its named groups."""

    def make(match: re.Match[str]) -> Fact:
        groups = {name: (text or "").lower() for name, text in match.groupdict().items()}
        where = slot and slot.format(**groups)
        return Fact(family, where, value.format(match[0].lower(), **groups), match[0], match.start(), match.end())

    return make


def _date(match: re.Match[str]) -> Fact:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS[month]
    return Fact(Family.DATE, "date", f"{number:02}-{int(match['day']):02}", match[0], match.start(), match.end())


def _month(match: re.Match[str]) -> Fact:
    value = f"{_MONTHS[match['month']]:02}"
    return Fact(Family.DATE, "month", value, match["month"], match.start("month"), match.end("month"))


def _clock(match: re.Match[str]) -> Fact:
    half = (match["half"] or match["half2"] or "").lower().replace(".", "")
    hour, minute = int(match["hour"] or match["hour2"]), int(match["minute"] or 0)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return Fact(Family.DATE, "clock", f"{hour:02}:{minute:02}", match[0], match.start(), match.end())


def _version(match: re.Match[str]) -> Fact:
    value = re.sub(r"[.-]?final$", "", match["version"].lower())
    value = re.sub(r"(?:\.0)+$", "", value)
    product = _PRODUCT.search(match.string, max(0, match.start() - MAX_LETTERS_BEFORE), match.start())
    slot = f"{VERSION} {product[1].lower()}" if product else VERSION
    return Fact(Family.VERSION, slot, value, match[0], match.start(), match.end())


def _decimal(match: re.Match[str]) -> Fact:
    """`rust 1.78`: a version where a thing stands before it, else a number like others."""
    product, start = match["product"].lower(), match.start("number")
    slot = None if product in quantities.NO_UNIT else f"{VERSION} {product}"
    family = Family.VERSION if slot else Family.NUMBER
    return Fact(family, slot, re.sub(r"(?:\.0)+$", "", match["number"]), match["number"], start, match.end())


def _host(match: re.Match[str]) -> Fact:
    """A site by its registered name, whatever page of it."""
    value = ".".join(match["host"].lower().split(".")[-2:])
    return Fact(Family.ADDRESS, "site", value, match["host"], match.start("host"), match.end("host"))


def _release(match: re.Match[str]) -> Fact:
    """`Postgres 16`: the first letters of a name stand for all the ways to write it."""
    slot = f"{RELEASE} {match['product'][:6].lower()}"
    value = match["number"].removesuffix(".0")
    return Fact(Family.VERSION, slot, value, match[0], match.start(), match.end())


def _quantity(match: re.Match[str]) -> Fact:
    written = match["spelt"] or match["digits"] + (match["suffix"] or "")
    value, currency, unit = quantities.amount(written), (match["currency"] or "").strip(), match["unit"] or ""
    found = None if unit in _ORDINAL else quantities.measured(value, currency or unit)
    end = match.start("unit") if unit and (currency or not found) else match.end()
    words = match.string[match.start() : end].rstrip(" -")
    slot, amount = found or (None, value)
    return Fact(Family.NUMBER, slot, f"{amount:.12g}", words, match.start(), match.start() + len(words))


_RULES: Final[list[tuple[re.Pattern[str], Callable[[re.Match[str]], Fact]]]] = [
    (re.compile(pattern, flags), make)
    for pattern, flags, make in [
        (r"https?://[^\s|\])>\"']*[^\s|\])>\"'.,;:/]", re.IGNORECASE, _fact(Family.ADDRESS, None, "{0}")),
        (r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", 0, _fact(Family.IDENTIFIER, "mail", "{0}")),
        (r"\b(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>\d\d)\b", 0, _date),
        (rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?!\w)", 0, _date),
        (rf"\b{_MONTH}\.?\s+{_DAY}(?![\w:])", 0, _date),
        (r"\b(?:in|by|until|since|of|from|before|after|to|for|end|early|late|mid|next|last)\s+"
         rf"{_MONTH}(?!\w)", 0, _month),
        (rf"\b{_WEEKDAY}\b", re.IGNORECASE, _fact(Family.DATE, "weekday", "{weekday}")),
        (r"\b(?P<quarter>Q[1-4])\b", 0, _fact(Family.DATE, "quarter", "{quarter}")),
        (r"\b(?:(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?:\s?(?P<half>[ap]\.?m\b\.?))?|"
         r"(?P<hour2>1[0-2]|0?[1-9])\s?(?P<half2>[ap]\.?m\b\.?))(?!:)", re.IGNORECASE, _clock),
        (r"(?<![\w@./-])(?P<host>(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|de|nl|io|dev|uk|eu|fr|info))(?![\w.-]*[\w@])",
         re.IGNORECASE, _host),
        (r"\b[A-Z](?:\+\+|#)", 0, _fact(Family.NAME, "language", "{0}")),
        (r"[<>≤≥]=?(?=\s?\d)", 0, _fact(Family.NUMBER, "comparison", "{0}")),
        (r"(?<![\w-])(?P<flag>--?[A-Za-z][\w-]*)", 0, _fact(Family.IDENTIFIER, "flag", "{flag}")),
        (r"\b(?P<series>[A-Za-z]{1,12})(?:-\d+)+\b(?!\.\d)", 0, _fact(Family.IDENTIFIER, "{series}", "{0}")),
        (r"(?<!\w)#\d+\b", 0, _fact(Family.IDENTIFIER, "#", "{0}")),
        (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b", 0, _fact(Family.IDENTIFIER, "hash", "{0}")),
        (r"(?<![\w/])(?:~|\.{0,2})/[\w.-]*\w(?:/[\w.-]*\w)*", 0, _fact(Family.IDENTIFIER, None, "{0}")),
        (r"\b[\w-]+\.(?:py|js|ts|ya?ml|json|toml|md|txt|sql|sh|cfg|ini|conf|csv|xml|jar|log)\b",
         re.IGNORECASE, _fact(Family.IDENTIFIER, None, "{0}")),
        (r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b", 0, _fact(Family.IDENTIFIER, None, "{0}")),
        (r"(?<=[a-z\d]):(?P<port>\d{2,5})\b", 0, _fact(Family.IDENTIFIER, "port", "{port}")),
        (r"\bv?(?P<version>\d+(?:\.\d+){2,}(?:[.-]?[A-Za-z]+\d*)?)\b", 0, _version),
        (r"\b(?:v|version\s+)(?P<version>\d+(?:\.\d+)*)\b", re.IGNORECASE, _version),
        (r"\b(?P<product>[A-Z][A-Za-z]*[a-z]|[A-Z]{2,}|[a-z]+[A-Z]\w*)(?:\sversion(?:\sto)?)?\s(?P<number>\d{1,4}(?:\.\d+)?)(?![\w%:,]|\s(?:%|"
         r"(?:milli)?sec|min|hour|day|week|month|year|[KMGT]i?B\b|ms\b|[sh]\b|times\b))", 0, _release),
        (r"\b(?P<product>[A-Za-z][\w+#-]{0,30}[\w+#])[\s-](?:to\s|version\s)*(?P<number>\d{1,3}\.\d{1,3})(?![\w.%:,]|"
         r"\s?(?:%|percent|(?:milli)?sec|min|hour|day|week|month|year|[KMGT]i?B\b|ms\b|[sh]\b|times\b|[mb]illion|"
         r"thousand|point))", 0, _decimal),
        (r"\b(?P<year>(?:19|20)\d\d)\b(?!\s[a-z]+s\b)", 0, _fact(Family.DATE, "year", "{year}")),
        (rf"(?<![\w.]){_NUMBER}", re.IGNORECASE | re.VERBOSE, _quantity),
    ]
]  # fmt: skip

_NOISE: Final = {
    mark: re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for mark, pattern in {
        "mozilla/": r"\bMozilla/\d\.\d \([^)]*\)(?:\s[A-Za-z]+/[\d.]+)*",
        "<!--": r"<!--.*?(?:-->|$)",
        "!image-": r"!image-[\w.-]+[^!]*!",
        "build ": r"\bbuild \d{14}\b",
        ":": r"(?:^|(?<=[.!?] ))(?:question|answer|problem|solution):",
        "confirmed by ": r"(?:^|(?<=[.!?] ))confirmed by .*$",
    }.items()
}
"""What a program adds: how a browser calls itself, remarks, names of pictures, the day of a build, and the form in
which our own extractor writes an answer. By what each has in it: most texts have none, and are asked for no pattern."""
_WORD: Final = re.compile(r"[^\W\d_][\w'’]*")
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:;|•\n\[\](\"“]|\s[-*–])\s*$")


@lru_cache(maxsize=512)
def facts_of(text: str) -> Sequence[Fact]:
    """The facts of a text in the order in which they stand. Only a date and its year share their characters."""
    text = without_noise(text)
    found: list[Fact] = []
    for pattern, make in _RULES:
        here = [make(match) for match in pattern.finditer(text)]
        for fact in here:
            text = f"{text[: fact.start]}{BLANK * (fact.end - fact.start)}{text[fact.end :]}"
        found += here
    found += [*_years(found), *_names(text)]
    return _with_listed_units(sorted(found, key=lambda fact: fact.start), text)


def without_noise(text: str) -> str:
    """The text with blanks in place of what a program added to it."""
    lowered = text.lower()
    for mark, pattern in _NOISE.items():
        if mark in lowered:
            text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


def _names(text: str) -> Iterator[Fact]:
    """Words that are names by their capitals. At the start of a sentence that takes a second sighting."""
    words = list(_WORD.finditer(text))
    shouting = sum(word[0][0].isupper() for word in words) > 0.6 * len(words) > 3
    inside = {
        word[0]
        for word in words
        if word[0][0].isupper()
        and not shouting
        and not _SENTENCE_START.search(text[max(0, word.start() - 4) : word.start()])
    }
    for word in words:
        if any(letter.isupper() for letter in word[0][1:]) or word[0] in inside:
            yield Fact(Family.NAME, None, word[0].lower(), word[0], word.start(), word.end())


def _years(facts: list[Fact]) -> Iterator[Fact]:
    """The year of a date that names it: a slot of its own, for not every date does."""
    for fact in facts:
        if fact.slot == "date" and fact.words[:4].isdigit():
            yield replace(fact, slot="year", value=fact.words[:4])


def _with_listed_units(facts: list[Fact], text: str) -> list[Fact]:
    """In `5, 25 and 125 seconds` all three are seconds."""
    for here in range(len(facts) - 2, -1, -1):
        fact, following = facts[here], facts[here + 1]
        unit = _UNIT.search(following.words)
        if (
            unit
            and fact.family is following.family is Family.NUMBER
            and fact.slot is None
            and following.slot is not None
            and _JOINT.fullmatch(text, fact.end, following.start)
        ):
            facts[here] = _in_unit(fact, unit[0])
    return facts


def _in_unit(number: Fact, unit: str) -> Fact:
    measured = quantities.measured(float(number.value), unit)
    if measured is None:
        return number
    return replace(number, slot=measured[0], value=f"{measured[1]:.12g}", words=f"{number.words} {unit}")
