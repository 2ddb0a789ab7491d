"""How a piece of a talk is called: in its own words, without what leads to them."""

import re
from collections.abc import Sequence
from typing import Final

from assay.ai.rules.candidates import shortened
from assay.ai.rules.ranking.signs import signs_of
from assay.ai.rules.sentences import BULLET, capital
from assay.kinds import TRAITS, Kind

LIMIT: Final = TRAITS[Kind.ATOM].title_limit
MARKS: Final = re.compile(r"^[\s*_~#>|=\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F-]+(?=\w)")
STRAY: Final = re.compile(r"\*\*|(?<!\w)__|__(?!\w)")
ENDING: Final = re.compile(r"[.!?…:;)\"'»”]$")
MIN_WORDS: Final = 3
"""That a title has behind what leads to it; else it is all said."""


def bare(text: str, language: str) -> str:
    """Without what leads to it: "PSA: ...", "For the mobile people: ...", "Careful, ..."."""
    said = MARKS.sub("", BULLET.sub("", STRAY.sub("", text))).strip(" ,;:")
    opener = signs_of(language).lead
    while opener and (lead := opener.match(said)):
        rest = said[lead.end() :]
        if len(rest.split()) < MIN_WORDS:
            break
        said = MARKS.sub("", rest)
    return capital(said.strip(" ,;:"))


def whole(parts: Sequence[str], language: str) -> str:
    """All of it in the order in which it was said."""
    marked = [part if ENDING.search(part) else f"{part} –" for part in parts[:-1]]
    return bare(" ".join([*marked, parts[-1]]).strip(), language)


def titled(parts: Sequence[str], language: str) -> str:
    """All of it where there is room, else what was said last."""
    said = whole(parts, language)
    return said if len(said) <= LIMIT else shortened(bare(parts[-1], language), LIMIT)
