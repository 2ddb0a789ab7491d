"""The same text is never embedded twice."""

import numpy as np
import pytest
from tests.builders import draft, propose, rows, scalar
from tests.duplicates.helpers import HandMadeEmbedder

from assay.ai.fakes import HashEmbedder
from assay.duplicates import scan
from assay.duplicates.embedding_cache import CachingEmbedder

pytestmark = pytest.mark.anyio


async def test_a_text_is_embedded_once_in_a_call_between_calls_and_after_a_restart(database, embedder):
    cached = CachingEmbedder(embedder, database)
    first = await cached.embed(["one", "two", "one"])
    assert embedder.embedded == ["one", "two"]
    again = await CachingEmbedder(embedder, database).embed(["two", "three", "one"])
    assert embedder.embedded == ["one", "two", "three"]
    assert np.array_equal(again[[2, 0]], first[:2])
    assert np.array_equal(first[0], first[2])


async def test_known_and_new_vectors_are_the_same_to_the_last_bit(database, embedder):
    texts = [f"text {number}" for number in range(50)]
    cached = CachingEmbedder(embedder, database)
    new, known = await cached.embed(texts), await cached.embed(texts)
    assert np.array_equal(new, known)
    assert np.allclose(new, await embedder.embed(texts), atol=1e-3)
    assert np.allclose(np.linalg.norm(new, axis=1), 1, atol=1e-5)


async def test_models_have_their_own_vectors(database):
    one, other = (HandMadeEmbedder({"text": vector}, model=name) for name, vector in (("a", [1.0]), ("b", [0, 1.0])))
    vectors = [(await CachingEmbedder(each, database).embed(["text"]))[0] for each in (one, other)]
    assert vectors[0] @ vectors[1] == 0


async def test_the_longest_unused_go_first(database, embedder):
    cached = CachingEmbedder(embedder, database)
    await cached.embed(["old", "older"])
    await rows(database, "UPDATE cached_vectors SET used_at = now() - interval '9 days' RETURNING 1")
    await cached.embed(["new", "old"])
    await cached.tidy(most=2)
    embedder.embedded.clear()
    await cached.embed(["new", "old"])
    assert embedder.embedded == []
    await cached.embed(["older"])
    assert embedder.embedded == ["older"]


async def test_proposals_of_one_text_cost_one_embedding(database):
    inner = HashEmbedder()
    await propose(database, [draft(title="The same", body="words") for _ in range(5)])
    assert await scan.embed_missing(database, CachingEmbedder(inner, database), 10) == 5
    assert len(inner.embedded) == 1
    assert await scalar(database, "SELECT count(*) FROM embeddings") == 5


async def test_nothing_asked_is_nothing_done(database, embedder):
    assert (await CachingEmbedder(embedder, database).embed([])).shape == (0, 384)
