"""One spelling for numbers, times, dates and units, whatever the language: that of the rules for facts. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final, NamedTuple

from assay.text import lexicon
from assay.text.lexicon import Phrases, Word

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SCALES: Final = frozenset({100, 1_000, 1_000_000, 1_000_000_000})
MINUTES_A_DAY: Final = 24 * 60

_JOINED: Final = re.compile(r"[\s-]+|\s+(?:and|und|et|y|та|й|і)\s+")
_THOUSANDS: Final = re.compile(r"(?<![\w.,])\d{1,3}(?:[. ]\d{3})+(?![\w]|[.,]\d)")
_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_NUMBER_SIGN: Final = re.compile(r"\b(?:No|Nr|no|nr)\.?\s?(?=\d)|\bn[º°]\s?(?=\d)|№\s?(?=\d)")
_DAY_OF_MONTH: Final = re.compile(r"\b(\d{1,2})(?:\.|er|º|-го)\s+(?=of [A-Z])")
_DATE: Final = re.compile(r"(?<![\w./])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\w/]|\.\d)")


class Written(NamedTuple):
    """What stands in place of a phrase."""

    kind: str
    said: str


@lru_cache(maxsize=2_048)
def in_figures(text: str, language: str) -> str:
    """The text with numbers in digits, months, weekdays and units in English, and times as hours and minutes."""
    text = _NUMBER_SIGN.sub("", lexicon.straight(text))
    if language != lexicon.DEFAULT_LANGUAGE:
        text = _COMMA.sub(".", _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text))
    text = "".join(_rewritten(text, language))
    text = _DATE.sub(_iso, _DAY_OF_MONTH.sub(r"\1 ", text))
    for pattern in _clocks(language):
        text = pattern.sub(lambda found: _clock(found, language), text)
    return text


def _rewritten(text: str, language: str) -> Iterator[str]:
    """The pieces of the text, number words that stand together as one number."""
    words, done, last = lexicon.words_of(text), 0, -1
    found = list(_phrases(language).among(words))
    at = 0
    while at < len(found):
        first, behind, written = found[at]
        run = [int(written.said)] if written.kind == "number" else []
        while run and at + 1 < len(found) and _goes_on(text, words, behind, found[at + 1]):
            at += 1
            behind = found[at].behind
            run.append(int(found[at].value.said))
        said = _sum(run) if run else _in_place(written, words, first, last, language)
        if said is not None:
            yield text[done : words[first].start] + said
            done = words[behind - 1].end
            last = behind if run else last
        at += 1
    yield text[done:]


def _goes_on(text: str, words: Sequence[Word], behind: int, following: lexicon.PhraseMatch[Written]) -> bool:
    between = text[words[behind - 1].end : words[following.first].start]
    return following.value.kind == "number" and _JOINED.fullmatch(between) is not None


def _sum(run: Sequence[int]) -> str:
    total = current = 0
    for number in run:
        if number in SCALES:
            current = max(current, 1) * number
            if number != 100:
                total, current = total + current, 0
        else:
            current += number
    return str(total + current)


def _in_place(written: Written, words: Sequence[Word], first: int, last_number: int, language: str) -> str | None:
    """What a phrase is written as there, if it means that there.

    A unit counts behind a number alone; `an hour` is one hour in "within an hour", and none in "twice an hour".
    """
    before = words[first - 1].said if first else ""
    if written.kind == "unit":
        return written.said if first == last_number or before[:1].isdigit() else None
    if written.kind == "span":
        spans = lexicon.section(language, "articles").get("behind")
        return f"1 {written.said}" if spans is None or before in spans.split() else f"per {written.said}"
    return written.said


@cache
def _phrases(language: str) -> Phrases[Written]:
    return Phrases.of(chain(_words(language), _spans(language)))


def _words(language: str) -> Iterator[tuple[str, Written]]:
    for phrase, said in lexicon.section(language, "idioms").items():
        yield phrase, Written("idiom", said)
    for word, number in lexicon.numbers(language).items():
        if number != 1:
            yield word, Written("number", str(number))
    for name, canonical in (("months", MONTHS), ("weekdays", WEEKDAYS)):
        groups = lexicon.alternatives(lexicon.section(language, name).get("names", ""))
        for words, said in zip(groups, canonical, strict=False):
            for word in words.split():
                yield word, Written(name, f"of {said}" if name == "months" else said)
    for unit, words in lexicon.section(language, "units").items():
        for word in words.split():
            yield word, Written("unit", unit if unit == "percent" else f"{unit.removesuffix('s')}s")


def _spans(language: str) -> Iterator[tuple[str, Written]]:
    """An article before a unit."""
    for unit, words in lexicon.section(language, "units").items():
        for word in words.split() if unit != "times" else ():
            for article in lexicon.section(language, "articles").get("words", "").split():
                yield f"{article} {word}", Written("span", unit)


@cache
def _clocks(language: str) -> Sequence[re.Pattern[str]]:
    found = lexicon.section(language, "clock").get("patterns", ())
    return [re.compile(rf"(?<!\w){pattern}(?![\w:])", re.IGNORECASE) for pattern in found]


def _clock(found: re.Match[str], language: str) -> str:
    said = {name: (text or "").casefold().strip() for name, text in found.groupdict().items()}
    known = lexicon.section(language, "clock")
    hour = int(said["hour"])
    if hour < 12 and said.get("part") in known.get("later", ()):
        hour += 12
    minutes = hour * 60 + int(said.get("minute") or 0) + known["shifts"].get(said.get("shift", ""), 0)
    if hour > 24:
        return found[0]
    return f"{said.get('at', '')} {minutes % MINUTES_A_DAY // 60:02}:{minutes % 60:02}".strip()


def _iso(found: re.Match[str]) -> str:
    """A day that stands before its month, or behind it where it can be no other."""
    day, month = int(found[1]), int(found[3])
    if month > 12 >= day:
        day, month = month, day
    is_date = 1 <= month <= 12 and 1 <= day <= 31
    return f"{found[4]}-{month:02}-{day:02}" if is_date else found[0]
