"""Whether two names may be one person's: nobody confirms himself, under whatever name."""

import re
from functools import lru_cache
from typing import Final

from assay.ai.grounding import lexicon
from assay.text.authors import author_key

MIN_PREFIX: Final = 4
MIN_FAMILY_NAME: Final = 5
PARTS: Final = re.compile(r"[\s._,|/-]+")


@lru_cache(maxsize=8_192)
def may_be_one(one: str, other: str) -> bool:
    """Errs towards one person: equal keys, a first name alone, a nick that goes on, initials behind it."""
    keys = author_key(one), author_key(other)
    if keys[0] == keys[1]:
        return True
    shorter, longer = sorted(keys, key=len)
    if len(shorter) >= MIN_PREFIX and longer.startswith(shorter):
        return True
    mine, theirs = _parts(one), _parts(other)
    short, long = sorted((mine, theirs), key=len)
    return bool(short) and (_abbreviates(short, long) or (len(short) == len(long) and _abbreviates(long, short)))


@lru_cache(maxsize=8_192)
def _parts(name: str) -> tuple[str, ...]:
    parts = (part.strip("()[]'\"") for part in PARTS.split(name))
    return tuple(
        author_key(part) for part in parts if part and part.casefold() not in lexicon.words("grammar", "titles")
    )


def _abbreviates(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """`M. Kern` and `kern.mira` may be `Mira Kern`, and so may `Mira`; `Tom Miller` is not `Tom Smith`.

    The initial of a family name is nobody's first name: `wren s` is not `Sunniva`.
    """
    if len(short) == 1:
        long = tuple(part for at, part in enumerate(long) if at == 0 or len(part) > 1)
        if len(short[0]) == 1:
            return False
    return all(any(_begins(part, other) for other in long) for part in short)


def _begins(one: str, other: str) -> bool:
    """Or ends with it behind the initial of another name: `kbrandt`."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) or (len(shorter) >= MIN_FAMILY_NAME and longer[1:] == shorter)
