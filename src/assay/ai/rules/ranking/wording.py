"""How a piece of a talk is called: in its own words, without what leads to them."""

import re
from collections.abc import Container, Sequence
from typing import Final

from assay.ai.rules.candidates import shortened
from assay.ai.rules.ranking.passages import Passage
from assay.ai.rules.ranking.signs import fold, signs_of
from assay.ai.rules.sentences import BULLET, capital
from assay.kinds import TRAITS, Kind

LIMIT: Final = TRAITS[Kind.ATOM].title_limit
MARKS: Final = re.compile(r"^[\s*_~#>|=\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F-]+(?=\w)")
STRAY: Final = re.compile(r"\*\*|(?<!\w)__|__(?!\w)")
ADDRESSED: Final = re.compile(r"@?(?P<name>[^\s:,@]{2,40})\s?[:,]\s+(?P<next>@?[^\s:,.!?]+)")
ENDING: Final = re.compile(r"[.!?…:;)\"'»”]$")
MIN_WORDS: Final = 3
"""That a title has behind what leads to it; else it is all said."""


def bare(text: str, passage: Passage) -> str:
    """Without what leads to it: "PSA: ...", "For the mobile people: ...", "Careful, ...", "Tom: ..." said to Tom."""
    said = MARKS.sub("", BULLET.sub("", STRAY.sub("", text))).strip(" ,;:")
    opener = signs_of(passage.language).lead
    while lead := (opener and opener.match(said)) or _addressed(said, passage.people):
        rest = said[lead.end() :] if "next" not in lead.groupdict() else said[lead.start("next") :]
        if len(rest.split()) < MIN_WORDS:
            break
        said = MARKS.sub("", rest)
    return capital(said.strip(" ,;:"))


def _addressed(said: str, people: Container[str]) -> re.Match[str] | None:
    """The name of somebody who is spoken to; "Ben, Ruth and I" are spoken of."""
    lead = ADDRESSED.match(said)
    return lead if lead and fold(lead["name"]) in people and fold(lead["next"].strip("@")) not in people else None


def whole(parts: Sequence[tuple[str, Passage]]) -> str:
    """All of it in the order in which it was said."""
    told = [_spoken(*part) if at else bare(*part) for at, part in enumerate(parts)]
    return " ".join([*(part if ENDING.search(part) else f"{part} –" for part in told[:-1]), told[-1]])


def _spoken(text: str, passage: Passage) -> str:
    """What follows in a piece stays as it was said, but for the name of whom it was said to."""
    lead = _addressed(text, passage.people)
    return text[lead.start("next") :] if lead else text


def titled(parts: Sequence[tuple[str, Passage]]) -> str:
    """All of it where there is room, else what was said last."""
    said = whole(parts)
    return said if len(said) <= LIMIT else shortened(bare(*parts[-1]), LIMIT)
