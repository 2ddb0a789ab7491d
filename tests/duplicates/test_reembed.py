"""From one embedding model to another: killed, resumed, run twice, and never mixed."""

import asyncio
import subprocess
import sys

import pytest
from structlog.testing import capture_logs
from tests.builders import BOTH_KINDS, draft, get, rows, scalar
from tests.duplicates.helpers import known
from tests.jobs.helpers import arrived, done
from tests.patience import PATIENCE

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import DedupState
from assay.duplicates import active_model, scan
from assay.duplicates.reembed import Progress, progress, reembed
from assay.errors import Unavailable
from assay.kinds import Kind
from assay.proposals import actions
from assay.queue.deps import Deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)

MODELS = "SELECT model, state FROM embedding_models ORDER BY model"
STORED = "SELECT model, count(*) FROM embeddings GROUP BY model ORDER BY model"
INDEXES = "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%' AND indexdef LIKE '%' || :model || '%'"

KILLED = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[2])
from tests.duplicates.test_reembed import NewEmbedder
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.duplicates.reembed import reembed
def report(state):
    if state.done >= 20:
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(reembed(Database(sys.argv[1]), NewEmbedder(), actor=SYSTEM, batch=10, report=report))
"""


class NewEmbedder(HashEmbedder):
    """Another model."""

    @property
    def model(self) -> str:
        return "new-model"


class Halting(NewEmbedder):
    """Answers a few times, then no more."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self.answers = answers

    async def embed(self, texts):
        self.answers -= 1
        if self.answers < 0:
            raise Unavailable("The model does not answer.")
        return await super().embed(texts)


@pytest.fixture
async def old(database, database_url):
    """Deps whose settings name the old model, after a scan."""
    deps = Deps(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())
    drafts = [draft(kind) for kind in BOTH_KINDS for _ in range(12)]
    await known(database, deps.embedder, *drafts)
    await arrived(database, draft(title="Waits"), draft(Kind.TOPIC, "Waits too"))
    await done("deduplication_scan", deps)
    return deps


def changed(deps: Deps, embedder: HashEmbedder) -> Deps:
    """The deps after somebody changed the settings."""
    return Deps(deps.database, deps.settings, embedder, deps.extractor, others=(deps.embedder,))


async def current(database) -> str:
    """What a state must be stamped with to be worth something."""
    async with database.transaction() as session:
        return await active_model.scorer_version(session, "new-model")


async def run(deps, embedder, batch=10):
    return await reembed(deps.database, embedder, actor=SYSTEM, batch=batch, report=lambda _: None)


async def test_the_new_model_serves_when_everything_has_its_vector_and_the_old_vectors_go(old):
    seen: list[Progress] = []
    result = await reembed(old.database, NewEmbedder(), actor=SYSTEM, batch=10, report=seen.append)
    assert (result.embedded, result.removed, result.progress.switched) == (26, 26, True)
    assert [state.done for state in seen] == [0, 10, 20, 26, 26]
    assert await rows(old.database, MODELS) == [("hash-bag-384", "retired"), ("new-model", "serving")]
    assert await rows(old.database, STORED) == [("new-model", 26)]
    assert await scalar(old.database, INDEXES, model="hash-bag-384") == 0
    assert await scalar(old.database, INDEXES, model="new-model") == 2
    entry = "SELECT detail FROM audit_log WHERE action = 'embeddings.switched'"
    assert await scalar(old.database, entry) == {"from": "hash-bag-384", "to": "new-model"}
    again = await run(old, NewEmbedder())
    assert (again.embedded, again.removed) == (0, 0)


async def test_a_run_that_was_killed_goes_on_where_it_was(old, database_url):
    root = __file__.rsplit("/tests/", 1)[0]
    process = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, database_url, root], timeout=PATIENCE, check=False
    )
    assert process.returncode == -9
    state = await progress(old.database, "new-model")
    assert (state.done, state.total, state.serving, state.running) == (20, 26, "hash-bag-384", False)
    embedder = NewEmbedder()
    assert (await run(old, embedder)).embedded == 6 == len(embedder.embedded)
    assert await rows(old.database, STORED) == [("new-model", 26)]


async def test_two_at_once_do_not_double_the_work(old, database_url):
    others = [Database(database_url) for _ in range(2)]
    embedders = [NewEmbedder(), NewEmbedder()]
    results = await asyncio.gather(
        *(
            reembed(each, embedder, actor=SYSTEM, batch=5, report=lambda _: None)
            for each, embedder in zip(others, embedders, strict=True)
        )
    )
    assert sorted(each.elsewhere for each in results) == [False, True]
    assert sum(len(each.embedded) for each in embedders) == 26
    for each in others:
        await each.close()


@kinds
async def test_the_old_vectors_serve_until_the_new_are_complete(old, kind):
    with pytest.raises(Unavailable):
        await run(old, Halting(2))
    deps = changed(old, NewEmbedder())
    twin = await scalar(old.database, "SELECT title FROM entities WHERE kind = :kind LIMIT 1", kind=kind)
    [late] = await arrived(old.database, draft(kind, twin, body=f"{twin}, in full."))
    with capture_logs() as logs:
        assert (await done("deduplication_scan", deps))["duplicates_found"] == 1
    assert any("run assay reembed" in each["event"] for each in logs)
    found = await get(old.database, late)
    assert (found.dedup_state, found.dedup_scorer) == (DedupState.DUPLICATE, await current(old.database))
    assert str(found.dedup_scorer).startswith("hash-bag-384/")
    assert (await run(old, NewEmbedder())).progress.switched
    assert (await done("deduplication_scan", deps))["duplicates_found"] == 1
    assert (await get(old.database, late)).dedup_scorer == await current(old.database)
    assert (await current(old.database)).startswith("new-model/")


async def test_an_old_model_that_the_settings_no_longer_reach_leaves_proposals_unscanned(old):
    deps = Deps(old.database, old.settings, NewEmbedder(), old.extractor)
    [late] = await arrived(old.database, draft())
    assert (await done("deduplication_scan", deps))["embeddings_generated"] == 0
    assert (await get(old.database, late)).dedup_state is DedupState.UNCHECKED


async def test_what_arrives_or_goes_while_it_runs_is_neither_forgotten_nor_brought_back(old):
    class Disturbed(NewEmbedder):
        async def embed(self, texts):
            if not self.embedded:
                await arrived(old.database, draft(title="In the middle"))
                async with old.database.transaction() as session:
                    await actions.reject(session, [waiting], actor=SYSTEM)
            return await super().embed(texts)

    waiting = await scalar(old.database, "SELECT id FROM proposals WHERE title = 'Waits'")
    assert (await run(old, Disturbed(), batch=100)).progress.switched
    assert await rows(old.database, STORED) == [("new-model", 26)]
    assert await scalar(old.database, "SELECT count(*) FROM embeddings WHERE subject_id = :id", id=waiting) == 0


async def test_a_worker_that_missed_the_switch_leaves_no_vector_of_the_old_model_and_approves_nothing(old):
    await run(old, NewEmbedder())
    await arrived(old.database, draft())
    assert await scan.embed_missing(old.database, old.embedder, 100) == 0
    assert await done("auto_review_proposals", old) == {
        "topics_approved": 0,
        "atoms_approved": 0,
        "topics_skipped": 1,
        "atoms_skipped": 2,
        "errors": 0,
    }


async def test_going_back_before_the_switch_removes_what_was_built(old):
    with pytest.raises(Unavailable):
        await run(old, Halting(2))
    result = await run(old, HashEmbedder())
    assert (result.embedded, result.removed) == (0, 20)
    assert await rows(old.database, STORED) == [("hash-bag-384", 26)]
    assert await scalar(old.database, INDEXES, model="new-model") == 0


async def test_a_model_that_is_given_up_for_a_third_leaves_nothing(old):
    with pytest.raises(Unavailable):
        await run(old, Halting(1))

    class Third(HashEmbedder):
        model = "third-model"

    await run(old, Third())
    assert await rows(old.database, STORED) == [("third-model", 26)]
    async with old.database.transaction() as session:
        assert await active_model.active_model(session, "whatever") == "third-model"
