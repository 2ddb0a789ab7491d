"""Looking for a model's server costs nothing and says what is wrong with it."""

import json

import pytest
from tests.ai.llm import settings
from tests.ai.model_server import CUT, ModelServer, Reply, fails

from assay.ai.providers.llm.ping import ping
from assay.errors import Unavailable

pytestmark = pytest.mark.anyio


def listing(*names: str) -> Reply:
    return Reply(body=json.dumps({"data": [{"id": name} for name in names]}).encode())


@pytest.mark.parametrize(
    "replies",
    [
        [listing("small")],
        [listing("small:latest")],
        [listing()],
        [listing("large"), Reply(body=b'{"id": "small"}')],
        [fails(404), fails(400)],
    ],
    ids=["listed", "listed by its tag", "no list", "an alias", "without a list"],
)
async def test_a_server_that_knows_the_model_is_named(replies):
    async with ModelServer(replies) as server:
        assert (await ping(settings(server.url))).endswith("/v1")


@pytest.mark.parametrize(
    ("replies", "says"),
    [
        ([Reply(body=b"<html>")], "is not a model: .*/models does not answer with a list of models"),
        ([fails(404), fails(404)], "is not a model: .* is not a model server"),
        ([listing("large", "huge"), fails(404)], "is not listed by its server, which has huge, large: set"),
    ],
)
async def test_what_is_no_server_of_models_or_lacks_the_model_is_named(replies, says):
    async with ModelServer(replies) as server:
        with pytest.raises(Unavailable, match=f"^The language model 'small' at {server.url}.* {says}"):
            await ping(settings(server.url))


@pytest.mark.parametrize(("provider", "header"), [("openai", "authorization"), ("anthropic", "x-api-key")])
async def test_the_key_goes_where_the_server_wants_it(provider, header):
    async with ModelServer([listing("small")]) as server:
        await ping(settings(server.url, assay_extractor=provider))
    assert server.asked[0].path == "/v1/models"
    assert "sk-very-secret-key" in server.asked[0].headers[header]


@pytest.mark.parametrize("reply", [fails(401, "Wrong key: sk-very-secret-key"), fails(500), CUT])
async def test_a_server_that_does_not_answer_is_named_with_its_model(reply):
    async with ModelServer([reply]) as server:
        with pytest.raises(Unavailable, match="The language model 'small' at http://127") as raised:
            await ping(settings(server.url))
    assert "sk-very-secret-key" not in str(raised.value)


async def test_a_server_that_is_not_there_is_named_too():
    with pytest.raises(Unavailable, match=r"at http://127\.0\.0\.1:9/v1 does not answer"):
        await ping(settings("http://127.0.0.1:9/v1"))
