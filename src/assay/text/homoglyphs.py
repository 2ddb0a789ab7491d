"""How a text looks to a person: without what nobody sees, and with one letter for all that look like it."""

import unicodedata
from functools import lru_cache
from typing import Final

BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5") | frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""Letters, signs and marks that show nothing, besides the format characters."""


def _pairs(lookalikes: str, letters: str) -> dict[str, str]:
    return dict(zip(lookalikes, letters, strict=True))


LOOKALIKES: Final = (
    _pairs("авгеёкмнопрстухьіїјѕԁԛԝһӏүԍ", "abreekmhonpctyxbiijsdqwhlyg")
    | _pairs("АВЕЁКМНОРСТУХЬІЇЈЅԀԚԜҺӀҮԌ", "ABEEKMHOPCTYXBIIJSDQWHlYG")
    | _pairs("αβγεηικμνορστυχωϲϳ", "abyenikuvopotuxwcj")
    | _pairs("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC")
    | _pairs("ոօսհցյզԼՕՍ", "nouhgjqLOU")
    | _pairs("ıɩɑɡøđłħŧðþɪꞮØĐŁĦŦ", "iiagodlhtdpiIODLHT")
    | _pairs("ᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdeghjklmnoprstuvwyz")
)
"""Cyrillic, Greek, Armenian and rare Latin letters, each with the Latin one it is taken for."""
_AS_LATIN: Final = str.maketrans(LOOKALIKES)


@lru_cache(maxsize=4_096)
def is_invisible(character: str) -> bool:
    return character in BLANK or unicodedata.category(character) == "Cf"


def shows_nothing(text: str) -> bool:
    """True for a text of white space and invisible characters only."""
    return all(character.isspace() or is_invisible(character) for character in text)


def visible(text: str) -> str:
    return text if text.isascii() else "".join(c for c in text if not is_invisible(c))


def skeleton(text: str) -> str:
    """The text in small Latin letters wherever it looks like that, without accents and invisible characters."""
    if text.isascii():
        return text.casefold()
    latin = unicodedata.normalize("NFKC", visible(text)).translate(_AS_LATIN).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", latin) if unicodedata.category(c) != "Mn")
    return visible(bare).translate(_AS_LATIN)


def in_latin(text: str) -> str:
    """The text with Latin letters for all that look like them, of the same case."""
    return text.translate(_AS_LATIN)


@lru_cache(maxsize=4_096)
def latin_lookalike(character: str) -> str:
    """One Latin character for one that looks like it, of the same case; any other stays."""
    plain = unicodedata.normalize("NFKC", character)
    return LOOKALIKES.get(plain, plain) if len(plain) == 1 else character
