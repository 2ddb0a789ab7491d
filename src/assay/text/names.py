"""Names as a person sees them: two that look alike are one."""

import unicodedata
from functools import cache
from typing import Final

from assay.text.homoglyphs import LOOKALIKES, in_latin

TOLD_APART_BY_NOBODY: Final = str.maketrans("i1|0", "lllo")
"""In every typeface, once a capital I and a capital O are small."""
SHOWS_NOTHING: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
PASSES: Final = 3
"""A look-alike may stand for a letter in another case or width, and that for a third one."""


def name_skeleton(name: str) -> str:
    """The same for two names that a person would take for one another: in other letters that look like these (Unicode
    TR 39), in other case, width, accents, dashes or blanks, or with characters that show nothing.

    It is for comparing only, and is no name itself.
    """
    said = _plain(name)
    for _ in range(PASSES):
        said = _plain("".join(_prototypes().get(each, each) for each in said))
    return said.translate(TOLD_APART_BY_NOBODY)


def strict_skeleton(name: str) -> str:
    """As `skeleton`, and also what a capital looks like, whose small letter looks like another: a Greek H. For names
    by which people trust one another; it may differ for two that differ in case only."""
    return name_skeleton(in_latin(unicodedata.normalize("NFKC", name)))


def _plain(name: str) -> str:
    shown = (each for each in unicodedata.normalize("NFKD", name) if not _is_hidden(each))
    dashed = "".join("-" if unicodedata.category(each) == "Pd" else each for each in shown)
    return " ".join(unicodedata.normalize("NFKC", dashed).split()).casefold()


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return character in SHOWS_NOTHING or category in {"Cf", "Mn"} or (category == "Cc" and not character.isspace())


@cache
def _prototypes() -> dict[str, str]:
    """For each character that looks like another: the one of them that all are compared with."""
    from confusable_homoglyphs.confusables import confusables_data  # a large table, which few processes need

    ours = {each: latin for each, latin in LOOKALIKES.items() if each == each.casefold() and latin == latin.casefold()}
    alike = {each: [other["c"].strip("\u200e") for other in others] for each, others in confusables_data.items()}
    firsts = {each: others[0] for each, others in alike.items() if len(each) == len(others) == 1}
    return {each: first for each, first in firsts.items() if firsts.get(first) != each or first < each} | ours
