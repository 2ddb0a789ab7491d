"""Embeddings from any server that speaks OpenAI's `/v1/embeddings`."""

import asyncio
import math
import re
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import numpy as np

from assay.ai.backoff import MAX_ATTEMPTS, MAX_REST_SECONDS, Backoff
from assay.ai.embedder import Vectors
from assay.clock import now
from assay.errors import Unavailable
from assay.http_client import client
from assay.settings import Settings
from assay.text.secrets import masked

TEXTS_PER_REQUEST: Final = 64
MAX_CHARACTERS: Final = 8_000
"""Of a text: what is longer is cut, for a server refuses the whole request instead."""
BUSY: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
MAX_ERROR_CHARACTERS: Final = 200


class EndpointEmbedder:
    """Asks in batches, a bounded number at a time, and is patient with a busy server.

    Raises Unavailable where the server does not answer, or answers with anything but the vectors it was asked for.
    """

    def __init__(self, settings: Settings, backoff: Backoff | None = None) -> None:
        self._url = f"{(settings.assay_embeddings_url or '').rstrip('/')}/embeddings"
        self._name = settings.assay_embeddings_model or ""
        self._dimensions = settings.assay_embeddings_dimensions or 0
        self._secret = settings.assay_embeddings_key.get_secret_value() if settings.assay_embeddings_key else ""
        self._timeout = float(settings.assay_embeddings_timeout)
        self._slots = asyncio.Semaphore(settings.assay_embeddings_concurrency)
        self._backoff = backoff or Backoff()

    @property
    def model(self) -> str:
        """The name as the database can take it. Another number of dimensions is another model."""
        plain = re.sub(r"[^a-z0-9._-]+", "-", self._name.lower()).strip("-")
        return f"{plain[:90]}-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        parts = [texts[start : start + TEXTS_PER_REQUEST] for start in range(0, len(texts), TEXTS_PER_REQUEST)]
        async with client(self._timeout) as server:
            answers = await asyncio.gather(*(self._ask(server, part) for part in parts))
        return np.concatenate([np.empty((0, self._dimensions), dtype=np.float32), *answers])

    async def _ask(self, server: httpx2.AsyncClient, texts: Sequence[str]) -> Vectors:
        body = {"model": self._name, "input": [_sendable(text) for text in texts], "encoding_format": "float"}
        async with self._slots:
            answer = await self._patiently(server, body)
        return self._vectors(answer, len(texts))

    async def _patiently(self, server: httpx2.AsyncClient, body: dict[str, Any]) -> httpx2.Response:
        """The first answer that is none of a busy server."""
        headers = {"authorization": f"Bearer {self._secret}"} if self._secret else {}
        for failures in range(1, MAX_ATTEMPTS + 1):
            await self._backoff.wait()
            try:
                response = await server.post(self._url, json=body, headers=headers)
            except httpx2.TransportError as error:
                asked, words = None, type(error).__name__
            else:
                if response.status_code not in BUSY:
                    return response
                asked, words = _rest_asked_for(response), f"status {response.status_code}"
            if failures == MAX_ATTEMPTS or (asked or 0) > MAX_REST_SECONDS:
                break
            await self._backoff.after_failure(failures, asked)
        raise Unavailable(f"The embedding server {self._url} does not answer: {words}.")

    def _vectors(self, response: httpx2.Response, number: int) -> Vectors:
        if response.status_code != httpx2.codes.OK:
            raise Unavailable(
                f"The embedding server {self._url} refused: status {response.status_code}{self._reason(response)}."
            )
        try:
            rows = sorted(response.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"The embedding server {self._url} did not answer with embeddings.") from error
        if vectors.shape != (number, self._dimensions):
            found = "x".join(map(str, vectors.shape))
            raise Unavailable(
                f"The embedding server {self._url} answered {found} numbers instead of {number}x{self._dimensions}: "
                "check ASSAY_EMBEDDINGS_MODEL and ASSAY_EMBEDDINGS_DIMENSIONS."
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise Unavailable(f"The embedding server {self._url} returned a zero or non-finite vector.")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _reason(self, response: httpx2.Response) -> str:
        """What the server says of the refusal, without the key."""
        try:
            said = str(response.json()["error"]["message"])
        except (ValueError, KeyError, TypeError):
            return ""
        kept = said.replace(self._secret, "***") if self._secret else said
        return f", {' '.join(kept.split())[:MAX_ERROR_CHARACTERS].rstrip('.')}"


def _sendable(text: str) -> str:
    """Without secrets and halves of surrogate pairs, and never empty, which servers refuse."""
    return masked(text[:MAX_CHARACTERS]).encode("utf-8", "replace").decode().replace("\0", " ") or " "


def _rest_asked_for(response: httpx2.Response) -> float | None:
    """Seconds that the server asks for in `Retry-After`: a number, or a date."""
    said = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said).replace(tzinfo=UTC) - now()).total_seconds()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
