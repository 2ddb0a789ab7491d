"""A server of embeddings that is busy, breaks, lies or does not answer."""

import time
from dataclasses import dataclass, field

import pytest
from tests.ai.embedding_server import KEY, answer, asking, embeds
from tests.ai.model_server import CUT, SILENT, ModelServer, Reply, fails

from assay.ai.backoff import MAX_ATTEMPTS, Backoff
from assay.ai.providers.endpoint_embedder import EndpointEmbedder
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio


@dataclass
class Clock:
    """Time that passes only by waiting."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def backoff(self) -> Backoff:
        return Backoff(self.sleep, lambda: self.now, lambda: 1.0)


async def asked(script, texts=("one", "two"), **changes):
    """What an embedder answers, what the server was asked, and how long was waited."""
    clock = Clock()
    async with ModelServer(script) as server:
        embedder = EndpointEmbedder(asking(server.url, **changes), clock.backoff())
        try:
            return await embedder.embed(list(texts)), server, clock
        except Unavailable as error:
            return str(error), server, clock


async def test_it_asks_as_openai_is_asked():
    _, server, _ = await asked(embeds)
    [request] = server.asked
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {"model": "Some/Model v1", "input": ["one", "two"], "encoding_format": "float"}


async def test_many_texts_are_many_requests_and_few_at_a_time():
    found, server, _ = await asked(embeds, [f"text {n}" for n in range(1000)], assay_embeddings_concurrency=3)
    assert found.shape[0] == 1000
    assert len(server.asked) == 16
    assert server.most_at_once <= 3


async def test_the_name_of_a_model_fits_the_database_and_holds_its_dimensions():
    assert EndpointEmbedder(asking("http://localhost")).model == "some-model-v1-384"


@pytest.mark.parametrize("trouble", [fails(429), fails(503), fails(500), CUT])
async def test_a_busy_server_is_asked_again_with_growing_pauses(trouble):
    replies = iter([trouble, trouble])
    found, server, clock = await asked(lambda request: next(replies, None) or embeds(request))
    assert found.shape == (2, 384)
    assert len(server.asked) == 3
    assert clock.slept == [1, 2]


async def test_a_server_gets_the_rest_it_asks_for():
    replies = iter([fails(429, retry_after="7")])
    _, _, clock = await asked(lambda request: next(replies, None) or embeds(request))
    assert sum(clock.slept) == pytest.approx(7.7)


async def test_a_server_that_wants_to_be_left_alone_for_long_is_left_alone():
    found, server, clock = await asked([fails(429, retry_after="86400")])
    assert "does not answer: status 429" in found
    assert (len(server.asked), clock.slept) == (1, [])


async def test_patience_ends():
    found, server, _ = await asked([fails(503)])
    assert "does not answer: status 503" in found
    assert len(server.asked) == MAX_ATTEMPTS


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_a_refusal_is_not_repeated_and_never_shows_the_key(status):
    found, server, _ = await asked([fails(status, f"The key {KEY} is not good.")])
    assert f"status {status}, The key *** is not good." in found
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body=b"<html>"), "did not answer with embeddings"),
        (Reply(body=b'{"data": [{"index": 0}]}'), "did not answer with embeddings"),
        (Reply(body=b'{"data": [{"index": 0, "embedding": ["x"]}]}'), "did not answer with embeddings"),
        (answer([[1.0] * 384, [1.0] * 3]), "did not answer with embeddings"),
        (answer([[1.0] * 384]), "answered 1x384 numbers instead of 2x384"),
        (answer([[1.0] * 768] * 2), "answered 2x768 numbers instead of 2x384"),
        (answer([[0.0] * 384, [1.0] * 384]), "zero or non-finite vector"),
        (answer([[float("nan")] * 384] * 2), "zero or non-finite vector"),
    ],
)
async def test_an_answer_that_is_none_is_refused_with_a_sentence(reply, words):
    found, _, _ = await asked([reply])
    assert words in found


async def test_a_silent_server_is_not_waited_for_for_ever():
    started = time.monotonic()
    found, _, _ = await asked([SILENT], assay_embeddings_timeout=1)
    assert "does not answer: ReadTimeout" in found
    assert time.monotonic() - started < 60


async def test_no_server_is_one_sentence():
    embedder = EndpointEmbedder(asking("http://127.0.0.1:9"), Clock().backoff())
    with pytest.raises(Unavailable, match="does not answer: ConnectError"):
        await embedder.embed(["one"])
