"""What speakers of a language say, as signs to count: one file a language, `lexicon/en.toml` and its neighbours."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

COUNTED: Final = (
    "pronouns", "first_person", "we", "second_person", "hedges", "suggestions", "duties", "negations", "causes",
    "conditions", "troubles", "repairs", "decisions", "habits", "findings", "passing", "banter", "thanks",
)  # fmt: skip
"""The lists whose phrases are counted in a sentence."""
OPENING: Final = (
    "pronouns",
    "assent",
    "objections",
    "askings",
    "thanks",
    "causes",
    "conditions",
    "repairs",
    "we",
    "duties",
)
"""The lists that tell something where a sentence begins with them."""
MAX_COUNT: Final = 3
WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
FOLDED: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": " ", "\n": " "})


class Language:
    """The signs of one language."""

    def __init__(self, lists: Mapping[str, object]) -> None:
        self.small_words: Final = frozenset(str(lists.get("function_words", "")).split())
        self._counted = [_whole(lists.get(name)) for name in COUNTED]
        self._opening = [_first(lists.get(name)) for name in OPENING]
        self.lead: Final = _lead(lists.get("openers"))

    def counts(self, folded: str) -> list[float]:
        """How often each list is met in a folded text, and whether it begins with one of a list."""
        met = [min(len(each.findall(folded)), MAX_COUNT) if each else 0 for each in self._counted]
        return [float(each) for each in met] + [float(bool(each and each.match(folded))) for each in self._opening]

    def opens(self, folded: str, name: str) -> bool:
        pattern = self._opening[OPENING.index(name)]
        return bool(pattern and pattern.match(folded))


def fold(text: str) -> str:
    return text.casefold().translate(FOLDED)


@lru_cache(maxsize=8_192)
def language_of(text: str) -> str:
    """The language whose small words a text holds most; "" where nothing tells one, as of what Assay does not know."""
    if CYRILLIC.search(text):
        return "uk"
    said = WORD.findall(fold(text))
    counts = {name: sum(word in each.small_words for word in said) for name, each in languages().items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


@cache
def languages() -> Mapping[str, Language]:
    folder = resources.files(__package__).joinpath("lexicon")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    return {each.name.removesuffix(".toml"): Language(tomllib.loads(each.read_text("utf-8"))) for each in files}


@cache
def unknown() -> Language:
    """Of a language without a file: it has no signs."""
    return Language({})


def signs_of(language: str) -> Language:
    return languages().get(language) or unknown()


def _any(phrases: object) -> str:
    assert isinstance(phrases, list)  # noqa: S101
    return "|".join(re.sub(r"(?<!\\)\((?!\?)", "(?:", each) for each in phrases)


def _whole(phrases: object) -> re.Pattern[str] | None:
    return re.compile(rf"(?<![\w'])(?:{_any(phrases)})(?![\w'])") if phrases else None


def _first(phrases: object) -> re.Pattern[str] | None:
    return re.compile(rf"\W*(?:{_any(phrases)})(?![\w'])") if phrases else None


def _lead(phrases: object) -> re.Pattern[str] | None:
    """An opener that a sign parts from the rest."""
    return re.compile(rf"\W*(?:{_any(phrases)})\s*[,:;.!…–—-]+\s+", re.IGNORECASE) if phrases else None


Numbers = NDArray[np.float64]
