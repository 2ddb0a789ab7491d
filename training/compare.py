"""Compares the candidates of the authored conversations with what is labelled in them, by meaning; takes minutes.

To be run again whenever the candidates or their titles change. Writes scores.json.
"""

import asyncio
import json
from collections.abc import Sequence

import numpy as np
from corpus import DIGITS, SCORES, SETS, conversations, found_in, mark_of

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.ranking.candidates import TalkPiece
from assay.duplicates.labels import LabelledPair
from assay.duplicates.measure import measured
from assay.duplicates.scale import Scale
from assay.evaluation.labels import Labelled

FLOOR = 0.5
EMBEDDER = OfflineEmbedder()


async def compared(found: Sequence[TalkPiece], conversation: Labelled) -> dict[str, object]:
    ids = [message.id for message in conversation.said()]
    places = [
        (at, item)
        for at, each in enumerate(found)
        for item, labelled in enumerate(conversation.knowledge)
        if {part.passage.message.id for part in each.parts} & {ids[place] for place in labelled.told_in}
    ]
    pairs = [
        LabelledPair((found[at].title, found[at].body), (conversation.knowledge[item].says, ""), same=True)
        for at, item in places
    ]
    scores = np.zeros((len(found), max(1, len(conversation.knowledge))))
    for place, judged in zip(places, await measured(pairs, EMBEDDER, Scale.of(EMBEDDER.model), FLOOR), strict=True):
        scores[place] = judged.score
    return {
        "mark": mark_of(found),
        "scores": [round(float(each), DIGITS) for each in scores.max(axis=1)],
        "nearest": scores.argmax(axis=1).tolist(),
    }


async def main() -> None:
    found: dict[str, dict[str, object]] = {name: {} for name in SETS}
    for name in SETS:
        for conversation in conversations(name):
            found[name][conversation.id] = await compared(found_in(conversation)[0], conversation)
    SCORES.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
