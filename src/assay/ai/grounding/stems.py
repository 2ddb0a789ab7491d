"""Words without the endings of their forms."""

from functools import lru_cache
from typing import Final

MIN_STEM: Final = 3


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """An English word without the endings of its forms; others mostly as they are."""
    for ending in ("ings", "ing", "ied", "ies", "ed", "es", "er", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > MIN_STEM and cut[-1] == cut[-2] and cut[-1] not in "lsz" else cut
    return word
