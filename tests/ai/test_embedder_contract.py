"""What every embedder promises, held against the real one and the double."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from tests.ai.embedding_server import asking, embeds
from tests.ai.model_server import ModelServer

from assay.ai.embedder import Embedder
from assay.ai.fakes import HashEmbedder
from assay.ai.providers.endpoint_embedder import EndpointEmbedder

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["offline", "hash", "endpoint"])
async def any_embedder(request, embedder) -> AsyncIterator[Embedder]:
    if request.param == "endpoint":
        async with ModelServer(embeds) as server:
            yield EndpointEmbedder(asking(server.url))
    else:
        yield embedder if request.param == "offline" else HashEmbedder()


async def test_every_text_becomes_a_unit_vector(any_embedder):
    vectors = await any_embedder.embed(["one", "two words", "", "\x00 \ud800", "😀", "שלום", "x " * 50_000])

    assert vectors.shape == (7, any_embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


async def test_no_texts_make_no_rows(any_embedder):
    assert (await any_embedder.embed([])).shape == (0, any_embedder.dimensions)


async def test_rows_stand_in_the_order_of_the_texts(any_embedder):
    texts = [f"the service number {n} listens on port {8000 + n}" for n in range(40)]

    together = await any_embedder.embed(texts)

    for n in (0, 7, 8, 39):
        assert np.array_equal(together[n], (await any_embedder.embed([texts[n]]))[0])


async def test_texts_that_differ_only_in_case_and_space_are_equal(any_embedder):
    one, other = await any_embedder.embed(["We  use PostgreSQL", "we use postgresql"])

    assert np.allclose(one, other)


async def test_texts_that_share_words_are_nearer_than_strangers(any_embedder):
    stated, reworded, stranger = await any_embedder.embed(
        [
            "Backups of the database run every night",
            "The database backups run each night",
            "Logos must be delivered as vector graphics",
        ]
    )

    assert stated @ reworded > stated @ stranger + 0.2


async def test_calls_side_by_side_do_not_mix_their_rows(any_embedder):
    texts = [[f"call {call} row {row}" for row in range(12)] for call in range(4)]

    answers = await asyncio.gather(*(any_embedder.embed(some) for some in texts))

    for some, answer in zip(texts, answers, strict=True):
        assert np.array_equal(answer, await any_embedder.embed(some))
