"""Words by which people show what kind of statement they make.

A cue names the type, not the worth: measured, its strength says nothing about whether a reader keeps the statement.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from assay.ai.rules.lexicon import first_words, phrases, tables, whole_words
from assay.kinds import AtomType


class Cue(NamedTuple):
    type: AtomType
    strength: float
    pattern: re.Pattern[str]


CUES: Final = tuple(
    Cue(AtomType(said["type"]), said["strength"], whole_words(said["phrases"]))
    if "phrases" in said
    else Cue(AtomType(said["type"]), said["strength"], first_words(said["openings"]))
    for said in tables("cues")
)
CONFIRMING: Final = phrases("answer", "confirming")
THANKING: Final = phrases("answer", "thanking")
REFUSING: Final = phrases("answer", "refusing")
FAILING_STILL: Final = phrases("answer", "failing_still")


def cues_in(text: str) -> dict[AtomType, float]:
    """The strongest cue of every type that the sentence shows."""
    found: dict[AtomType, float] = {}
    for cue in CUES:
        if found.get(cue.type, 0.0) < cue.strength and cue.pattern.search(text):
            found[cue.type] = cue.strength
    return found


def strongest(cues: Mapping[AtomType, float]) -> float:
    return max(cues.values(), default=0.0)


def confirms(text: str) -> bool:
    """Words by which somebody says that a thing was solved."""
    return CONFIRMING.search(text[:160]) is not None and FAILING_STILL.search(text[:160]) is None


def accepts(text: str) -> bool:
    """Words by which somebody takes an answer."""
    return FAILING_STILL.search(text[:160]) is None and (confirms(text) or THANKING.search(text[:160]) is not None)


def refuses(text: str) -> bool:
    """Words by which somebody says that an answer did not help."""
    return REFUSING.search(text[:160]) is not None
