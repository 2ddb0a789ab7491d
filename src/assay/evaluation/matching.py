"""Which found items say what which labelled items say: each at most one, so that twins count once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from assay.ai.embedder import Embedder
from assay.db.models import SimilarityType
from assay.duplicates.labels import LabelledPair
from assay.duplicates.measure import Measured, measured
from assay.duplicates.scale import Scale
from assay.evaluation.assignment import Numbers, assigned
from assay.evaluation.labels import Labelled, LabelledItem
from assay.proposals.drafts import Draft

SAYS_THE_SAME: Final = 0.85
"""Score of the duplicate scorer from which a found item is a labelled one: where duplicates are told."""
NEAR: Final = 0.78
"""Below this a found item is about nothing that anybody labelled: junk."""
FACT: Final = re.compile(r"\d+(?:[.,:]\d+)*")
"""What a label and the messages that it rests on write alike, where it matters."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The found items of one conversation against its labelled ones, by their positions."""

    pairs: Mapping[int, int]
    """Found to labelled."""
    junk: frozenset[int]
    """Found items that are near no labelled one."""
    halves: frozenset[int] = frozenset()
    """Found items that say a labelled one without a number that it has."""
    repeated: frozenset[int] = frozenset()
    """Found items that say a labelled one that another says better."""
    forbidden: frozenset[int] = frozenset()
    """Found items that say what is false or not settled, rather than anything that is labelled."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the scorer says of all found items against all that is labelled in a conversation."""

    near: Numbers
    """How near each found item is to each labelled one, whatever differs."""
    same: Numbers
    """The same where nothing differs and the messages are the right ones, else 0."""
    whole: Numbers
    """`same`, where no number is left out, else 0."""
    forbidden: Numbers
    """How much each found item says each forbidden statement."""

    def matching(self, found: Sequence[int]) -> Matching:
        """Of these found items alone: the assignment with the highest sum of scores."""
        rows = list(found)
        whole, same, near = self.whole[rows], self.same[rows], self.near[rows]
        pairs = {f: i for f, i in assigned(whole).items() if whole[f, i] > 0}
        best = same.max(axis=1, initial=0.0)
        false = self.forbidden[rows].max(axis=1, initial=0.0)
        left = [f for f in range(len(rows)) if f not in pairs and best[f] > 0]
        repeated = {f for f in left if whole[f].max(initial=0.0) > 0}
        return Matching(
            pairs={rows[f]: i for f, i in pairs.items()},
            junk=frozenset(rows[f] for f in np.flatnonzero(near.max(axis=1, initial=0.0) == 0.0)),
            halves=frozenset(rows[f] for f in left if f not in repeated),
            repeated=frozenset(rows[f] for f in repeated),
            forbidden=frozenset(rows[f] for f in range(len(rows)) if f not in pairs and false[f] > best[f]),
        )


async def likeness(found: Sequence[Draft], conversation: Labelled, embedder: Embedder) -> Likeness:
    """What differs in a fact, or stands in other messages than the labelled item, is near, but not the same."""
    labelled, forbidden = conversation.knowledge, conversation.forbidden
    near = await _judged(found, [each.says for each in labelled], embedder)
    same, whole = np.zeros((2, len(found), len(labelled)))
    messages = conversation.said()
    for (f, i), judged in near.items():
        if _says(judged) and _quotes(found[f], labelled[i], [message.id for message in messages]):
            same[f, i] = judged.score
            whole[f, i] = judged.score * (not _left_out(found[f], labelled[i], conversation))
    false = np.zeros((len(found), len(forbidden)))
    for place, judged in (await _judged(found, [each.says for each in forbidden], embedder)).items():
        false[place] = judged.score * _says(judged)
    scores = np.zeros((len(found), len(labelled)))
    for place, judged in near.items():
        scores[place] = judged.match.score if judged.match else 0.0
    return Likeness(scores, same, whole, false)


async def _judged(found: Sequence[Draft], texts: Sequence[str], embedder: Embedder) -> dict[tuple[int, int], Measured]:
    places = list(product(range(len(found)), range(len(texts))))
    pairs = [LabelledPair((found[f].title, found[f].body), (texts[i], ""), same=True) for f, i in places]
    judged = await measured(pairs, embedder, Scale.of(embedder.model), NEAR)
    return dict(zip(places, judged, strict=True))


def _says(judged: Measured) -> bool:
    match = judged.match
    return match is not None and match.score >= SAYS_THE_SAME and match.type is not SimilarityType.UPDATE


def _quotes(found: Draft, item: LabelledItem, ids: Sequence[object]) -> bool:
    told = {ids[at] for at in item.told_in}
    return not told or any(quote.message_id in told for quote in found.evidence)


def _left_out(found: Draft, item: LabelledItem, conversation: Labelled) -> bool:
    """True where a number of the label that its messages write too is not in the found item."""
    said = " ".join(conversation.messages[at].text for at in item.told_in)
    wanted = _facts([item.says]) & _facts([said])
    return bool(wanted - _facts([found.title, found.body]))


def _facts(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(fact for text in texts for fact in FACT.findall(text))
