"""Numbers as people write them, and what they measure. Pure."""

import re
from typing import Final

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS: Final = {
    **{word: number for number, word in enumerate(_ONES.split())},
    **{word: number for number, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
    "dozen": 12,
}
_SCALES: Final = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SUFFIXES: Final = {"k": 1e3, "m": 1e6, "bn": 1e9}

_SECONDS: Final = {
    "ms millisecond msec": 0.001,
    "s sec second": 1,
    "min minute": 60,
    "h hr hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "fortnight": 1_209_600,
    "month": 2_628_000,
    "quarter": 7_884_000,
    "year yr": 31_536_000,
}
_BYTES: Final = {
    "byte": 1,
    "kb kib kilobyte": 1e3,
    "mb mib megabyte": 1e6,
    "gb gib gigabyte": 1e9,
    "tb tib terabyte": 1e12,
}
_METERS: Final = {
    "mm millimeter millimetre": 0.001,
    "cm centimeter centimetre": 0.01,
    "m meter metre": 1,
    "km kilometer kilometre": 1_000,
    "inch inche": 0.0254,
    "foot feet ft": 0.3048,
    "yard": 0.9144,
    "mile": 1_609.344,
}
_GRAMS: Final = {
    "mg milligram": 0.001,
    "g gram gramme": 1,
    "kg kilo kilogram kilogramme": 1_000,
    "ton tonne": 1e6,
    "pound lb": 453.59237,
    "ounce oz": 28.349523125,
}
_LITERS: Final = {
    "ml milliliter millilitre": 0.001,
    "cl centiliter centilitre": 0.01,
    "l liter litre": 1,
    "m³": 1_000,
}
_TABLES: Final = {"duration": _SECONDS, "size": _BYTES, "length": _METERS, "mass": _GRAMS, "volume": _LITERS}
_ALIASES: Final = {
    "%": "percent",
    **dict.fromkeys(("rps", "req"), "request"),
    **dict.fromkeys(("$", "€", "£", "usd", "dollar", "eur", "euro"), "money"),
}
_MEASURES: Final = {
    word: (measure, factor)
    for measure, table in _TABLES.items()
    for words, factor in table.items()
    for word in words.split()
}

_NUMBER_WORD: Final = "|".join([*_WORDS, *_SCALES])
SPELT: Final = (
    rf"(?:an?\s+(?=hundred|thousand|million|dozen))?(?:{_NUMBER_WORD})(?:(?:\s+and\s+|\s+|-)(?:{_NUMBER_WORD}))*"
)
DIGITS: Final = r"\d{1,3}(?:[,_]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_FUNCTION_WORDS: Final = (
    "a about above after all also always an and are as at be because before below but by can could did do does each "
    "every for from had has have if in instead into is it its may more most must never no nor not now of on once only "
    "or over out per shall should since so still than that the their then there these they this those to too under "
    "until up was we were when where which while who will with without would yet you"
)
NO_UNIT: Final = frozenset(_FUNCTION_WORDS.split())
"""Words that follow a number without saying what it counts."""


def amount(words: str) -> float:
    """The value of `50,000`, `50k`, `twenty-five` or `a hundred`."""
    plain = words.lower().replace(",", "").replace("_", "").strip()
    if digits := re.match(r"\d+(?:\.\d+)?", plain):
        return float(digits[0]) * _SUFFIXES.get(plain[digits.end() :].strip(), 1)
    return _spelt(re.split(r"[\s-]+", plain))


def _spelt(words: list[str]) -> float:
    total = current = 0.0
    for word in words:
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
        else:
            current += _WORDS.get(word, 0)
    return total + current


def singular(word: str) -> str:
    """The word without the marks of a plural."""
    word = word.lower()
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def measured(value: float, unit: str) -> tuple[str, float] | None:
    """What is measured and how much of it, in one unit for all; None where the word is no unit."""
    word = singular(unit)
    if not word or word in NO_UNIT:
        return None
    measure, factor = _MEASURES.get(word, (_ALIASES.get(word, f"count of {word}"), 1))
    return measure, round(value * factor, 6)
