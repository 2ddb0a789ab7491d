"""Changing to a model behind an address, with real processes: it breaks, is killed, goes on, and serves."""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.ai.embedding_server import embeds
from tests.ai.model_server import Asked, ModelServer, Reply, fails
from tests.builders import draft, rows, scalar
from tests.duplicates.helpers import known
from tests.faults import helpers
from tests.jobs.helpers import arrived
from tests.patience import retry_until_available, until

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.duplicates import active_model
from assay.kinds import Kind

pytestmark = pytest.mark.anyio

KNOWN = 70
"""More than one request for embeddings holds."""
STORED = "SELECT model, count(*) FROM embeddings GROUP BY model ORDER BY model"
SERVING = "SELECT model FROM embedding_models WHERE state = 'serving'"


class Assay:
    """The command in processes of its own, with the settings of an endpoint."""

    def __init__(self, home, **environment: str) -> None:
        self.home, self.environment = home, {"KNOWLEDGE_DEDUP_BATCH_SIZE": "10", **environment}

    async def __call__(self, *words: str, **more: str):
        return await asyncio.to_thread(helpers.assay, self.home, *words, **{**self.environment, **more})

    async def document(self, *words: str, **more: str) -> dict[str, Any]:
        ended = await self(*words, "--json", **more)
        assert ended.returncode == 0, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found

    async def ended(self) -> dict[str, Any]:
        """How far it is, as soon as the model of the settings serves and no process is at it any more."""
        async with retry_until_available():
            state = await self.document("reembed", "--status")
            while not state["switched"] or state["running"]:
                await asyncio.sleep(0.1)
                state = await self.document("reembed", "--status")
        return state


@pytest.fixture
async def world(database):
    """Knowledge, and a proposal that repeats some of it, with vectors of the offline model."""
    embedder = OfflineEmbedder()
    await known(database, embedder, *(draft(title=f"Queue {number} holds jobs") for number in range(KNOWN)))
    async with database.transaction() as session:
        await active_model.activate_if_none(session, embedder.model)
    [late] = await arrived(database, draft(title="Queue 7 holds jobs", body="Said again."))
    return late


@pytest.fixture
def behind(database_url, nats_url, tmp_path):
    @asynccontextmanager
    async def started(script: Callable[[Asked], Reply], dimensions: int = 384):
        async with ModelServer(script) as server:
            endpoint = {
                "ASSAY_EMBEDDINGS_URL": server.url,
                "ASSAY_EMBEDDINGS_MODEL": "other-model",
                "ASSAY_EMBEDDINGS_DIMENSIONS": str(dimensions),
            }
            yield Assay(tmp_path / "home", DATABASE_URL=database_url, NATS_URL=nats_url, **endpoint), server

    return started


def shorter(asked: Asked) -> Reply:
    """Vectors of another length than the ones that are stored."""
    document = json.loads(embeds(asked).body)
    for row in document["data"]:
        row["embedding"] = row["embedding"][:64]
        row["embedding"][0] += 1.0
    return Reply(body=json.dumps(document).encode())


async def test_killed_in_the_middle_the_old_vectors_serve_and_the_next_run_goes_on_in_the_background(
    database, world, behind
):
    hung = 0

    def hangs_after_thirty(asked: Asked) -> Reply:
        nonlocal hung
        hung += len(asked.body["input"])
        return Reply(silent=True) if hung > 30 else shorter(asked)

    async with behind(hangs_after_thirty, dimensions=64) as (assay, server):
        process = await asyncio.to_thread(helpers.start, assay.home, "reembed", **assay.environment)
        await until(lambda: hung > 30)
        process.kill()
        assert (await asyncio.to_thread(helpers.finish, process)).returncode == -signal.SIGKILL
        state = await assay.document("reembed", "--status")
        assert (state["done"], state["total"], state["switched"], state["running"]) == (30, KNOWN + 1, False, False)
        scan = (await assay.document("jobs", "run", "deduplication_scan"))["statistics"]
        assert (scan["proposals_scanned"], scan["duplicates_found"]) == (1, 1)
        assert await scalar(database, SERVING) == OfflineEmbedder().model

    async with behind(shorter, dimensions=64) as (assay, server):
        ended = await assay("reembed", "--detach")
        assert ended.returncode == 0, ended.stderr
        said = " ".join(ended.stdout.split())
        assert f"It continues in the background and writes to {assay.home}/reembed.log." in said
        state = await assay.ended()
        assert (state["done"], state["serving"]) == (KNOWN + 1, "other-model-64")
        assert await rows(database, STORED) == [("other-model-64", KNOWN + 1)]
        assert sum(len(asked.body["input"]) for asked in server.asked) == KNOWN + 1 - 30
        scan = (await assay.document("jobs", "run", "deduplication_scan"))["statistics"]
        assert (scan["proposals_scanned"], scan["duplicates_found"]) == (1, 1)
        assert await asyncio.to_thread(helpers.none_left, assay.home), helpers.processes_of(assay.home)


FAULTS = {"refuses": lambda _: fails(401, "No such key."), "has other dimensions": embeds}
faults = pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)


@faults
async def test_an_endpoint_out_of_order_does_not_take_the_place_of_what_serves(database, world, behind, script):
    async with behind(script, dimensions=64) as (assay, _):
        ended = await assay("reembed")
    assert ended.returncode != 0
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert await scalar(database, SERVING) == OfflineEmbedder().model
    assert await rows(database, STORED) == [(OfflineEmbedder().model, KNOWN)]


@faults
async def test_an_endpoint_out_of_order_leaves_proposals_unscanned(database, behind, script):
    await arrived(database, draft(), draft(Kind.TOPIC))
    async with behind(script, dimensions=64) as (assay, _):
        assert (await assay("jobs", "run", "deduplication_scan")).returncode != 0
    assert await rows(database, "SELECT DISTINCT dedup_state FROM proposals") == [("unchecked",)]
