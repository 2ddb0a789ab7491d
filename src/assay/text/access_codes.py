"""Codes of doors, safes and alarms: short numbers that are a secret for what they open."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

REACH: Final = 44
"""Characters between what a code is called, what it opens, and the code."""
NEAR: Final = 22
VALUE: Final = re.compile(
    r"(?<![\w.,:/-])(?P<value>\d{1,4}(?:-\d{1,4}){2,4}|\d{3,10}[A-Za-z]?[#*]?|\d{2,4}[A-Za-z]\d{1,4}|\d{2,4}[#*]\d{2,6})"
    r"(?![\w%°€$]|[.,:]\d|\s?(?:mm|cm|km|kg|ml|eur|euro|lines?|zeilen|am|pm|uhr|hours?|std|times|mal|grad)\b)",
    re.IGNORECASE,
)
LINK: Final = re.compile(
    r"(?:\s(?:is|are|was|lautet|ist|est|es|son|is now|ist jetzt|es ahora)|'s|\s?[:=])"
    r"\s{0,2}(?:now |still |jetzt |el |le |c'est )?$",
    re.IGNORECASE,
)
OF_TIME: Final = re.compile(
    r"\b(?:at|since|until|till|in|from|by|um|seit|bis|ab|à|depuis|a las|desde|hasta|о|з|до)\s$", re.IGNORECASE
)
END: Final = re.compile(r"[.!?](?=\s|\Z)|\n")
MIN_DIGITS: Final = 4


def access_codes(text: str) -> Iterator[tuple[int, int]]:
    """Where codes begin and end."""
    words = _words()
    for found in words["codes"].finditer(text):
        if words["others"].search(text[max(0, found.start() - NEAR // 2) : found.start()]):
            continue
        yield from _behind(text, found.start(), found.end())
    for found in words["devices"].finditer(text):
        value = _value(text, found.end(), NEAR)
        if value and _digits(value) >= MIN_DIGITS:
            yield value.span("value")


def _behind(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    value = _value(text, end, REACH)
    if value is None:
        return
    between = text[end : value.start()]
    around = text[max(0, start - REACH) : start].rsplit("\n", 1)[-1] + text[start : value.end() + REACH // 2]
    if _words()["others"].search(between) or OF_TIME.search(between):
        return
    if _words()["places"].search(around) or (LINK.search(between) and _digits(value) >= MIN_DIGITS):
        yield value.span("value")


def _value(text: str, start: int, reach: int) -> re.Match[str] | None:
    """The first number behind a place, in its sentence."""
    stop = END.search(text, start, start + reach)
    return VALUE.search(text, start, (stop.start() if stop else start + reach) + 1)


def _digits(value: re.Match[str]) -> int:
    return sum(map(str.isdigit, value["value"]))


@cache
def _words() -> dict[str, re.Pattern[str]]:
    lists = tomllib.loads(resources.files(__package__).joinpath("access_codes.toml").read_text("utf-8"))
    return {
        name: re.compile(rf"(?<!\w)(?:{'|'.join(each.replace('(', '(?:') for each in entries)})(?!\w)", re.IGNORECASE)
        for name, entries in lists.items()
    }
