"""Numbers with a bound: "at most 5", "5 or less" and, said with a "not", "more than 5" are one."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from assay.ai.grounding import lexicon

ENGLISH: Final = ("en",)
OPERATORS: Final[Mapping[str, str]] = {"below": "<", "above": ">", "before": "<", "after": ">≥", "since": "≥>"}
INCLUSIVE: Final[Mapping[str, str]] = {"at_most": "≤", "at_least": "≥"}
LOOSE: Final[Mapping[str, str]] = {"at_most": "<≤", "at_least": ">≥"}
"""Where a language does not tell the two apart in its lists."""
COMPLEMENT: Final = str.maketrans("<>≤≥", "≥≤><")
UNTIL: Final = re.compile(r"unti|till")
BEHIND: Final = (
    r"(?:or|and)\b|at (?:the )?(?:most|least|latest|earliest)|max|min|upward|on\b|onward"
    r"|como|al|au|por lo|à|o\b|ou\b|oder|of|lub|höchst|mindest|minst|hoogst|najwy|co naj|no m|pelo"
)
"""How a bound begins that stands behind its number."""
DIGIT: Final = re.compile(r"\d")
NUMBER: Final = r"\d[\d.,:]*(?<![.,:])"
DAY: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:jan|febr|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,7})"
)
BETWEEN: Final = rf"\W{{1,3}}(?:(?:the|a|an|about|of|on|at|around|{DAY})\s)?[€$£]?\s?"


class Bound(NamedTuple):
    operators: frozenset[str]
    """Of `<`, `≤`, `≥` and `>` those that it may mean."""
    words: str

    @property
    def turned(self) -> frozenset[str]:
        """What is left when it is denied."""
        return frozenset("".join(self.operators).translate(COMPLEMENT))


def cut_bounds(said: str, languages: tuple[str, ...]) -> tuple[str, dict[str, list[Bound]]]:
    """A folded text without the words that bound a number, and its bounds by number."""
    found: dict[str, list[Bound]] = {}
    if not DIGIT.search(said):
        return said, found
    loose = INCLUSIVE if languages == ENGLISH else LOOSE
    for name in ("at_most", "at_least", "below", "above", "since", "before", "after"):
        operators = OPERATORS.get(name) or loose[name]
        for pattern in _patterns(name, languages):
            if not (matches := list(pattern.finditer(said))):
                continue
            for match in matches:
                meant = operators + "≤" * (name == "before" and UNTIL.match(match["phrase"]) is not None)
                found.setdefault(plain_number(match["number"]), []).append(Bound(frozenset(meant), match["phrase"]))
            said = pattern.sub(lambda match: match[0].replace(match["phrase"], ";"), said)
    return said, found


@cache
def _patterns(name: str, languages: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    phrases = f"(?P<phrase>{lexicon.pattern('polarity', name, languages).pattern})"
    behind = rf"(?P<number>{NUMBER})[^\s\d]{{0,3}}(?:\s[^\s,;.]{{1,12}}){{0,2}}?,?\s(?={BEHIND}){phrases}"
    return re.compile(rf"{phrases}{BETWEEN}(?P<number>{NUMBER})"), re.compile(behind)


def numbers_in(said: str) -> frozenset[str]:
    return frozenset(map(plain_number, re.findall(NUMBER, said)))


def plain_number(written: str) -> str:
    return written.replace(",", "").removesuffix(":00")
