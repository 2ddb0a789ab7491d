"""A server of embeddings on loopback, by a script."""

import json
from collections.abc import Sequence
from typing import Any

from tests.ai.model_server import Asked, Reply

from assay.ai.fakes import DIMENSIONS, bag
from assay.kinds import folded
from assay.settings import Settings

KEY = "sk-very-secret"


def asking(url: str, **changes: Any) -> Settings:
    return Settings.model_validate(
        {
            "assay_embeddings_url": url,
            "assay_embeddings_model": "Some/Model v1",
            "assay_embeddings_dimensions": DIMENSIONS,
            "assay_embeddings_key": KEY,
            **changes,
        }
    )


def embeds(asked: Asked) -> Reply:
    """As the double embeds, three times as long, in the wrong order."""
    return answer([(3 * bag(folded(text))).tolist() for text in asked.body["input"]])


def answer(vectors: Sequence[Sequence[float]]) -> Reply:
    rows = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return Reply(body=json.dumps({"object": "list", "data": rows[::-1]}).encode())
