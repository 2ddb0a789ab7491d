"""Whether quoted words stand in a message, and where."""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from assay.readers.records import MAX_TEXT
from assay.text.homoglyphs import is_invisible

MIN_LETTERS: Final = 3
MAX_CANDIDATES: Final = 100
"""Places looked at where the words begin or end within a character, before they count as absent."""
LIKENESSES: Final = str.maketrans(
    dict.fromkeys("‘’‚‛ʼ′`´", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
FORMATTING: Final = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|(?<![^\W_])[*_~`]{1,3}|[*_~`]{1,3}(?![^\W_])"
)
"""What only changes the looks: colours of IRC, invisible characters, the marks of bold, italic and code."""
WRAPPING: Final = " \t\r\n\"'“”„‘’«»…"


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text without the differences that do not matter, and where each of its characters came from."""

    text: str
    places: Sequence[int]


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of the quoted words in the text, or None where they do not stand.

    Verbatim first; else without regard to white space, case, width, kinds of quotes and dashes, and simple markup.
    Fewer than three letters prove nothing, unless they are all the message says.
    """
    words = quote.strip()
    if not words or len(words) > MAX_TEXT:
        return None
    if sum(map(str.isalpha, words)) < MIN_LETTERS and words != text.strip():
        return None
    if (start := text.find(words)) >= 0:
        return start, start + len(words)
    return _locate_folded(_fold(words.strip(WRAPPING)).text, _fold(text))


def _locate_folded(words: str, among: _Folded) -> tuple[int, int] | None:
    """Finds whole characters only: what one character of the text folds to is never cut in two."""
    position = -1
    for _ in range(MAX_CANDIDATES if words else 0):
        position = among.text.find(words, position + 1)
        if position < 0:
            return None
        end = position + len(words)
        if _is_edge(among.places, position) and _is_edge(among.places, end):
            return among.places[position], among.places[end - 1] + 1
    return None


def _is_edge(places: Sequence[int], position: int) -> bool:
    return position in (0, len(places)) or places[position] != places[position - 1]


@lru_cache(maxsize=4)
def _fold(text: str) -> _Folded:
    """Collapses white space, drops formatting, folds the rest; once for all quotes of one long message."""
    dropped = {place for found in FORMATTING.finditer(text) for place in range(*found.span())}
    folded: list[str] = []
    places = array("l")
    for place, character in enumerate(text):
        if place in dropped or is_invisible(character):
            continue
        plain = _plain(character)
        if plain == " " and (not folded or folded[-1] == " "):
            continue
        folded.extend(plain)
        places.extend([place] * len(plain))
    if folded and folded[-1] == " ":
        del folded[-1], places[-1]
    return _Folded("".join(folded), places)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """What stands for a character: one or more without case, width and typographic variety; white space is one."""
    if character.isspace():
        return " "
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character.translate(LIKENESSES)).casefold())
