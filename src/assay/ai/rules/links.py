"""How atoms hang together, with each other and with what was known: few relations, and only sure ones."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.ai.extractor import KnownAtom
from assay.ai.rules.candidates import AtomCandidate
from assay.ai.rules.facts import contradicts, refines
from assay.ai.rules.language import stems
from assay.ai.rules.repairs import TOLD_FIX
from assay.ai.rules.vectors import VectorCache
from assay.kinds import AtomType, LinkType

NEAR: Final = 0.8
NEAR_A_PROBLEM: Final = 0.72
NEAR_IN_ONE_TURN: Final = 0.68
MAX_LINKS: Final = 3


def link(kept: Sequence[AtomCandidate], vectors: VectorCache) -> None:
    """Links later candidates to earlier ones of the same subject."""
    if len(kept) < 2:
        return
    ordered = sorted(kept, key=lambda candidate: candidate.turn.index)
    rows = vectors.rows([candidate.title for candidate in ordered])
    likeness = rows @ rows.T
    for at, later in enumerate(ordered):
        for before in np.argsort(-likeness[at, :at], kind="stable")[:5]:
            _relate(later, ordered[before], float(likeness[at, before]))


def link_to_known(kept: Sequence[AtomCandidate], known: Sequence[KnownAtom], vectors: VectorCache) -> None:
    """Links candidates to what was known before, the nearest first."""
    if not kept or not known:
        return
    likeness = vectors.rows([each.title for each in kept]) @ vectors.rows([atom.title for atom in known]).T
    for candidate, row in zip(kept, likeness, strict=True):
        for at in np.argsort(-row, kind="stable")[:MAX_LINKS]:
            atom, near = known[at], float(row[at])
            if relation := _claim(candidate, atom, near):
                candidate.known_links.append((atom.id, relation, _strength(near)))


def _relate(later: AtomCandidate, earlier: AtomCandidate, likeness: float) -> None:
    if len(later.links) >= MAX_LINKS or any(earlier is other for other, _, _ in later.links):
        return
    if relation := _relation(later, earlier, likeness):
        later.links.append((earlier, relation, _strength(likeness)))


def _strength(likeness: float) -> float:
    return round(min(1.0, likeness), 2)


def _relation(later: AtomCandidate, earlier: AtomCandidate, likeness: float) -> LinkType | None:
    if later.turn is not earlier.turn:
        return _claim(later, earlier, likeness)
    if likeness >= NEAR and refines(later.title, earlier.title):
        return LinkType.REFINES
    if likeness >= NEAR_A_PROBLEM and earlier.type is AtomType.PROBLEM and _tells_a_fix(later, earlier):
        return LinkType.SOLVES
    return LinkType.CONTINUES if likeness >= NEAR_IN_ONE_TURN else None


def _claim(later: AtomCandidate, earlier: AtomCandidate | KnownAtom, likeness: float) -> LinkType | None:
    """What something said on another occasion is to what was said before."""
    if likeness >= NEAR and contradicts(later.title, earlier.title):
        return LinkType.CONTRADICTS
    if likeness >= NEAR and refines(later.title, earlier.title):
        return LinkType.REFINES
    troubles = {AtomType.PROBLEM, AtomType.INSIGHT}
    if likeness >= NEAR_A_PROBLEM and earlier.type in troubles and _tells_a_fix(later, earlier):
        return LinkType.SOLVES
    return None


def _tells_a_fix(later: AtomCandidate, earlier: AtomCandidate | KnownAtom) -> bool:
    """A fix told as such, that names the trouble."""
    told = later.type is AtomType.SOLUTION and TOLD_FIX.search(later.title) is not None
    return told and len(stems(later.title) & stems(earlier.title)) >= 2
