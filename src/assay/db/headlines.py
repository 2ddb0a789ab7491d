"""Texts with marks around the words that were searched for, as PostgreSQL makes them."""

from typing import Final

MARKS: Final = ("\ue000", "\ue001")
"""Where a found word begins and ends; characters that no text has a use for, and that are taken out of it."""
BRACKETS: Final = ("\ue002", "\ue003")
"""What stands for < and > meanwhile: what looks like a tag would be left out of a headline."""


def headline_options(**options: object) -> dict[str, str]:
    """The parameters of a statement that calls `ts_headline` on a text that was translated before."""
    marked = {"StartSel": f'"{MARKS[0]}"', "StopSel": f'"{MARKS[1]}"', **options}
    return {
        "special": "<>" + "".join(MARKS + BRACKETS),
        "brackets": "".join(BRACKETS),
        "options": ", ".join(f"{name}={value}" for name, value in marked.items()),
    }


def segments(headline: str) -> list[tuple[str, bool]]:
    """The pieces of a headline, and of each whether it is a word that was asked for."""
    pieces: list[tuple[str, bool]] = []
    readable = headline.translate(str.maketrans("".join(BRACKETS), "<>"))
    for part in readable.split(MARKS[0]):
        hit, mark, rest = part.partition(MARKS[1])
        pieces += [(hit, True), (rest, False)] if mark else [(part, False)]
    return [(piece, is_hit) for piece, is_hit in pieces if piece]
