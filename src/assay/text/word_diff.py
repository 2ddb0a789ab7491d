"""What one text says differently from another, word by word. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

MIN_LIKENESS: Final = 0.4
"""Share of common words below which a mixture of both texts is harder to read than one beside the other."""
MAX_WORDS: Final = 600
"""Of one text: what is compared takes time that grows with the square of it."""

_WORD: Final = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that both texts have, or only one of them."""

    text: str
    change: Change


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces of both. What is not added is `before`, what is not removed is `after`, letter by letter.

    Empty where the two are too different, or too long, to be shown as one.
    """
    if before == after:
        return [Piece(before, Change.SAME)] if before else []
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MAX_WORDS or _most_alike(old, new) < MIN_LIKENESS:
        return []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return list(_pieces(matcher, old, new)) if matcher.ratio() >= MIN_LIKENESS else []


def _most_alike(old: Sequence[str], new: Sequence[str]) -> float:
    """What their likeness is at most, whatever the order of the words."""
    return 2 * (Counter(old) & Counter(new)).total() / (len(old) + len(new))


def _pieces(matcher: "SequenceMatcher[str]", old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("".join(old[i:j]), Change.SAME)
            continue
        if i < j:
            yield Piece("".join(old[i:j]), Change.REMOVED)
        if k < m:
            yield Piece("".join(new[k:m]), Change.ADDED)
