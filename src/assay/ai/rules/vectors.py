"""The vectors of one run: every text is embedded once, in batches, between the stages that think about them."""

from collections.abc import Iterable, Sequence

import numpy as np

from assay.ai.embedder import Embedder, Vectors

MAX_CHARACTERS = 500


class VectorCache:
    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    async def learn(self, texts: Iterable[str]) -> None:
        """Embeds what is not known yet. Must have happened before a text is looked up."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        vectors = await self._embedder.embed([text[:MAX_CHARACTERS] for text in missing])
        self._known.update(zip(missing, vectors, strict=True))

    def of(self, text: str) -> Vectors:
        return self._known[text]

    def rows(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._known[text] for text in texts])

    def likeness(self, one: str, other: str) -> float:
        return float(self._known[one] @ self._known[other])
