"""Words that cannot both be true of one thing. Pure."""

from functools import cache, lru_cache
from typing import Final

from assay.text import lexicon

NEGATIONS: Final = frozenset({"not", "no", "never", "without", "none", "neither", "nor", "nobody", "nothing"})

_PREFIXES: Final = ("un", "non", "dis", "in", "im", "ir", "de", "mis")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without the endings of its forms: enables, enabled and enabling are one."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lsz" else cut
    return word


@cache
def _rivals() -> dict[str, frozenset[str]]:
    """The stems that exclude each stem."""
    rivals: dict[str, frozenset[str]] = {}
    for group in lexicon.section(lexicon.DEFAULT_LANGUAGE, "exclusive")["words"]:
        stems = frozenset(map(stem, group.split()))
        for each in stems:
            rivals[each] = rivals.get(each, frozenset()) | (stems - {each})
    return rivals


def opposed(one: str, other: str) -> bool:
    """Whether the words exclude each other, in whatever form they stand."""
    first, second = stem(one.lower()), stem(other.lower())
    if second in _rivals().get(first, ()):
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 4 and longer.endswith(shorter) and longer.removesuffix(shorter).rstrip("-") in _PREFIXES
