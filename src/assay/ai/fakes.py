"""Doubles of both models for tests and dry runs: no files, no network, the same answer every time."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from assay.ai.embedder import Vectors
from assay.ai.extractor import WHOLE_CHAT, ContextLimits, Extraction, Message, Window
from assay.kinds import folded

DIMENSIONS: Final = 384
SHARE_OF_THE_WHOLE: Final = 0.15
"""How much of a vector tells apart texts that are made of the same words."""

Script = Callable[[Sequence[Message], Sequence[str]], Extraction]
"""What is made of the messages of a window and the names of the known topics."""


class HashEmbedder:
    """A bag of hashed words: texts that share words are near, texts that fold to the same are equal."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    @property
    def model(self) -> str:
        return "hash-bag-384"

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        return np.stack([bag(folded(text)) for text in texts])


class ScriptedExtractor:
    """Answers with the extraction it was given, or with what a function makes of the window."""

    def __init__(
        self,
        answer: Extraction | Script = Extraction(),  # noqa: B008  # frozen and empty
        *,
        limits: ContextLimits = WHOLE_CHAT,
    ) -> None:
        self._answer = answer
        self.limits = limits
        self.windows: list[Window] = []

    @property
    def name(self) -> str:
        return "scripted"

    @property
    def model(self) -> str:
        return "script"

    @property
    def prompt_version(self) -> str:
        return "1"

    async def extract(self, window: Window) -> Extraction:
        self.windows.append(window)
        return self._answer(window.messages, window.known_topics) if callable(self._answer) else self._answer


def bag(text: str) -> Vectors:
    """The unit vector of a text."""
    words = re.findall(r"\w+", text)
    bag = np.sum([_direction(word) for word in words] or [_direction("")], axis=0)
    mixed = _unit(bag) * (1 - SHARE_OF_THE_WHOLE) + _direction(f"whole: {text}") * SHARE_OF_THE_WHOLE
    return _unit(mixed)


@lru_cache(maxsize=20_000)
def _direction(word: str) -> Vectors:
    """A unit vector that belongs to the word alone."""
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
    return _unit(np.random.default_rng(seed).standard_normal(DIMENSIONS))


def _unit(vector: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Vectors:
    unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
