"""Which found items say what which labelled items say: each at most one, so that twins count once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from assay.ai.embedder import Embedder
from assay.db.models import SimilarityType
from assay.duplicates.labels import LabelledPair
from assay.duplicates.measure import measured
from assay.duplicates.scale import Scale
from assay.evaluation.assignment import assigned
from assay.evaluation.labels import LabelledItem
from assay.proposals.drafts import Draft

SAYS_THE_SAME: Final = 0.82
"""Score of the duplicate scorer from which a found item is a labelled one. A little lower than where duplicates are
told (0.85): a label is in other words, and each item has at most one. Read off the tuning half: what says the same
scored 0.84 to 1.00 there, what says something else of the same conversation up to 0.83 and never as much as the right
one."""
NEAR: Final = 0.78
"""Below this a found item is about nothing that anybody labelled: junk."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The found items of one conversation against its labelled ones, by their positions."""

    pairs: Mapping[int, int]
    """Found to labelled."""
    junk: frozenset[int]
    """Found items that are near no labelled one."""


async def matched(found: Sequence[Draft], labelled: Sequence[LabelledItem], embedder: Embedder) -> Matching:
    """The assignment with the highest sum of scores. What differs in a fact is near, but not the same."""
    places = list(product(range(len(found)), range(len(labelled))))
    pairs = [LabelledPair((found[f].title, found[f].body), (labelled[i].says, ""), same=True) for f, i in places]
    scores, same = np.zeros((2, len(found), len(labelled)))
    judged = await measured(pairs, embedder, Scale.of(embedder.model), NEAR)
    for place, match in zip(places, (each.match for each in judged), strict=True):
        scores[place] = match.score if match else 0.0
        same[place] = scores[place] * (match is not None and match.type is not SimilarityType.UPDATE)
    same[same < SAYS_THE_SAME] = 0.0
    pairs_found = {f: i for f, i in assigned(same).items() if same[f, i] > 0}
    return Matching(pairs_found, frozenset(np.flatnonzero(scores.max(axis=1, initial=0.0) == 0.0).tolist()))
