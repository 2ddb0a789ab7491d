"""What is like something known or proposed earlier is marked before anybody decides."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.ai.embedding_server import asking, embeds
from tests.ai.model_server import ModelServer, fails
from tests.builders import BOTH_KINDS, draft, get, rows, scalar
from tests.jobs.helpers import ERRORS, POISON, arrived, done, failed, poison, tuned

from assay.ai.fakes import HashEmbedder
from assay.ai.providers.endpoint_embedder import EndpointEmbedder
from assay.db.models import DedupState
from assay.errors import Unavailable
from assay.jobs import deduplication_scan
from assay.queue import context
from assay.queue.deps import Deps

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

NAME = "deduplication_scan"


def counts(scanned: int = 0, duplicates: int = 0, embedded: int = 0, errors: int = 0) -> dict[str, int]:
    return {
        "proposals_scanned": scanned,
        "duplicates_found": duplicates,
        "embeddings_generated": embedded,
        "errors": errors,
    }


@kinds
async def test_new_proposals_are_embedded_scanned_and_counted_once(deps, kind):
    ids = await arrived(deps.database, draft(kind, "Ledger"), draft(kind, "Ledger"), draft(kind))
    assert await done(NAME, deps) == counts(scanned=3, duplicates=1, embedded=3)
    assert await done(NAME, deps) == counts()
    assert [(await get(deps.database, each)).dedup_state for each in ids] == [
        DedupState.CLEAR,
        DedupState.DUPLICATE,
        DedupState.CLEAR,
    ]


async def test_a_run_goes_on_until_the_queue_is_drained(deps, monkeypatch):
    monkeypatch.setattr(deduplication_scan, "MAX_HOLD_SECONDS", 60.0)
    await arrived(deps.database, *(draft() for _ in range(25)))
    with capture_logs() as logs:
        small = tuned(deps, knowledge_dedup_batch_size=10)
        assert await done(NAME, small) == counts(scanned=25, embedded=25)
    assert logs[0]["event"] == f"Job {NAME} started: processing 25 proposals"
    assert [each["event"] for each in logs if "processed" in each["event"]] == [
        f"Job {NAME}: processed 10/25 (40%)",
        f"Job {NAME}: processed 20/25 (80%)",
        f"Job {NAME}: processed 25/25 (100%)",
    ]


async def test_a_batch_that_held_the_lock_for_long_is_followed_by_smaller_ones(deps, monkeypatch):
    monkeypatch.setattr(deduplication_scan, "MAX_HOLD_SECONDS", 0.0)
    await arrived(deps.database, *(draft() for _ in range(20)))
    with capture_logs() as logs:
        assert await done(NAME, tuned(deps, knowledge_dedup_batch_size=10)) == counts(scanned=20, embedded=20)
    reached = [int(each["event"].split()[3].split("/")[0]) for each in logs if "processed" in each["event"]]
    assert reached == [10, 15, 17, 18, 19, 20]


@pytest.mark.parametrize(
    ("size", "seconds", "next_size"), [(100, 1.5, 50), (1, 9.0, 1), (50, 0.5, 50), (40, 0.1, 80), (80, 0.1, 100)]
)
def test_the_next_batch_is_as_large_as_people_can_wait_for(size, seconds, next_size):
    assert deduplication_scan.fitting(size, seconds, most=100) == next_size


async def test_what_fails_is_tried_once_in_a_run_however_short_its_rest(deps, monkeypatch):
    monkeypatch.setattr(context, "item_backoff", lambda _failures: timedelta(0))
    await poison(deps.database, "BEFORE UPDATE OF candidates", "proposals")
    await arrived(deps.database, draft(title=f"{POISON} 1"), draft())
    for failures in (1, 2):
        assert (await done(NAME, deps))["errors"] == 1
        assert await scalar(deps.database, "SELECT max(failures) FROM proposals") == failures
        await arrived(deps.database, draft())  # work goes on


@kinds
async def test_a_proposal_that_cannot_be_scanned_costs_itself_only(deps, kind):
    await poison(deps.database, "BEFORE UPDATE OF candidates", "proposals")
    *good, bad = await arrived(deps.database, *(draft(kind) for _ in range(10)), draft(kind, POISON))
    assert await done(NAME, deps) == counts(scanned=10, embedded=11, errors=1)
    assert {(await get(deps.database, each)).dedup_state for each in good} == {DedupState.CLEAR}
    assert (await get(deps.database, bad)).dedup_state is DedupState.ERROR
    assert await rows(deps.database, ERRORS) == [("error", NAME, "It is poison.", {"proposal_id": str(bad)})]


async def test_when_none_can_be_scanned_the_run_has_failed(deps):
    await poison(deps.database, "BEFORE UPDATE OF candidates", "proposals")
    await arrived(deps.database, draft(title=POISON))
    assert (await failed(NAME, deps)).error == "1 item failed: It is poison."


async def test_a_model_that_does_not_answer_fails_the_run_and_blames_no_proposal(deps):
    class Away(HashEmbedder):
        async def embed(self, _texts):
            raise Unavailable("The model does not answer.")

    [each] = await arrived(deps.database, draft())
    away = Deps(deps.database, deps.settings, Away(), deps.extractor)
    assert (await failed(NAME, away)).error == "The model does not answer."
    assert (await get(deps.database, each)).failures == 0
    assert await done(NAME, deps) == counts(scanned=1, embedded=1)


async def test_knowledge_gets_its_vectors_before_proposals_are_compared_with_it(deps):
    await arrived(deps.database, draft(title="Ledger"))
    await done(NAME, deps)
    await done("auto_review_proposals", deps)
    await rows(deps.database, "DELETE FROM embeddings RETURNING subject_id")
    await arrived(deps.database, draft(title="Ledger"))
    assert await done(NAME, deps) == counts(scanned=1, duplicates=1, embedded=2)
    assert await scalar(deps.database, "SELECT similar_entity_id FROM proposals WHERE status = 'pending'")


async def test_a_model_server_that_fails_leaves_proposals_unscanned_and_never_clear(deps):
    ids = await arrived(deps.database, draft(), draft())
    async with ModelServer([fails(401)]) as server:
        asked = replace(deps, embedder=EndpointEmbedder(asking(server.url)))
        result = await failed(NAME, asked)
    assert "refused: status 401" in str(result.error)
    assert [(await get(deps.database, each)).dedup_state for each in ids] == [DedupState.UNCHECKED] * 2
    assert await scalar(deps.database, "SELECT count(*) FROM embeddings") == 0


async def test_an_unknown_model_of_a_server_is_calibrated_and_then_scans(deps):
    ids = await arrived(deps.database, draft(title="Ledger"), draft(title="Ledger"))
    async with ModelServer(embeds) as server:
        asked = replace(deps, embedder=EndpointEmbedder(asking(server.url)))
        assert await done(NAME, asked) == counts(scanned=2, duplicates=1, embedded=2)
    found = [(await get(deps.database, each)).dedup_scorer for each in ids]
    assert all(str(each).startswith("some-model-v1-384/") for each in found)
    [(points,)] = await rows(deps.database, "SELECT document -> 'operating_points' FROM policy_versions")
    assert list(points) == ["some-model-v1-384"]
