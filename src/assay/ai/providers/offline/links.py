"""How atoms of one window hang together: few relations, and only sure ones."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.ai.providers.offline.candidates import Candidate
from assay.ai.providers.offline.facts import contradicts, refines
from assay.ai.providers.offline.language import stems
from assay.ai.providers.offline.meanings import Meanings
from assay.ai.providers.offline.repairs import TOLD_FIX
from assay.kinds import AtomType, LinkType

NEAR: Final = 0.8
NEAR_A_PROBLEM: Final = 0.72
NEAR_IN_ONE_TURN: Final = 0.68
MOST_LINKS: Final = 3


def link(kept: Sequence[Candidate], meanings: Meanings) -> None:
    """Links later candidates to earlier ones of the same subject."""
    if len(kept) < 2:
        return
    ordered = sorted(kept, key=lambda candidate: candidate.turn.index)
    vectors = meanings.rows([candidate.title for candidate in ordered])
    likeness = vectors @ vectors.T
    for at, later in enumerate(ordered):
        for before in np.argsort(-likeness[at, :at], kind="stable")[:5]:
            _relate(later, ordered[before], float(likeness[at, before]))


def _relate(later: Candidate, earlier: Candidate, likeness: float) -> None:
    if len(later.links) >= MOST_LINKS or any(earlier is other for other, _, _ in later.links):
        return
    if relation := _relation(later, earlier, likeness):
        later.links.append((earlier, relation, round(min(1.0, likeness), 2)))


def _relation(later: Candidate, earlier: Candidate, likeness: float) -> LinkType | None:
    if likeness >= NEAR and later.turn is not earlier.turn and contradicts(later.title, earlier.title):
        return LinkType.CONTRADICTS
    if likeness >= NEAR and refines(later.title, earlier.title):
        return LinkType.REFINES
    if likeness >= NEAR_A_PROBLEM and _repairs(later, earlier):
        return LinkType.SOLVES
    if later.turn is earlier.turn and likeness >= NEAR_IN_ONE_TURN:
        return LinkType.CONTINUES
    return None


def _repairs(later: Candidate, earlier: Candidate) -> bool:
    """A fix told as such, and the trouble it names."""
    told = later.type is AtomType.SOLUTION and TOLD_FIX.search(later.title) is not None
    trouble = earlier.type is AtomType.PROBLEM or (earlier.type is AtomType.INSIGHT and later.turn is not earlier.turn)
    return told and trouble and len(stems(later.title) & stems(earlier.title)) >= 2
