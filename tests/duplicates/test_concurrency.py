"""Two that say the same never both become knowledge, whoever scans and decides at the same moment."""

import asyncio

import pytest
from tests.builders import BOTH_KINDS, draft, give_atoms, propose, scalar, with_evidence
from tests.duplicates.helpers import arrive, scanned
from tests.patience import retry_until_available

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.db.engine import Database
from assay.duplicates import scan
from assay.jobs import run
from assay.queue.deps import Deps
from assay.settings import Settings

pytestmark = pytest.mark.anyio
kinds = pytest.mark.parametrize("kind", BOTH_KINDS)
TITLE = "Nightly backup of the ledger database"
BODY = "The ledger database is copied every night."
LIVE = "SELECT count(*) FROM entities WHERE NOT archived"


def twins(kind, number: int):
    """The same in other words, so that no unique index saves us."""
    return [draft(kind, f"{TITLE}{'!' * each}", body=f"{BODY}{' So it is.' * (each % 2)}") for each in range(number)]


def tools_of(database: Database) -> Deps:
    return Deps(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())


async def told(database: Database, kind, number: int):
    ids = await propose(database, await with_evidence(database, *twins(kind, number)))
    await give_atoms(database, *ids)
    return ids


@kinds
async def test_in_one_batch_one_becomes_an_entity(database, kind):
    deps = tools_of(database)
    await told(database, kind, 6)
    for name in ("deduplication_scan", "auto_review_proposals"):
        await run(name, deps)
    assert await scalar(database, LIVE) == 1


@kinds
async def test_scans_and_reviews_side_by_side_make_one_entity(database, kind):
    ids = await told(database, kind, 8)
    deps = tools_of(database)
    await scan.embed_missing(database, deps.embedder, 100)
    async with retry_until_available():
        for _ in range(3):
            await asyncio.gather(
                *(scanned(database, deps.embedder, *part) for part in (ids[:5], ids[3:], ids[::-1])),
                run("auto_review_proposals", deps),
            )
    assert await scalar(database, LIVE) == 1


@kinds
async def test_one_that_is_approved_while_its_twin_is_scanned_stays_the_only_one(database, kind):
    deps = tools_of(database)
    first, second = await told(database, kind, 2)
    await arrive(database, deps.embedder)
    await scanned(database, deps.embedder, first)
    async with retry_until_available():
        await asyncio.gather(run("auto_review_proposals", deps), scanned(database, deps.embedder, second))
        await run("auto_review_proposals", deps)
    assert await scalar(database, LIVE) == 1


@kinds
async def test_twins_that_arrive_while_others_are_scanned_and_approved_make_one_entity(database, kind):
    deps = tools_of(database)
    await told(database, kind, 1)

    async def arrives() -> None:
        await told(database, kind, 2)

    async with retry_until_available():
        for _ in range(3):
            await asyncio.gather(
                arrives(), run("deduplication_scan", deps), run("auto_review_proposals", deps), arrives()
            )
        for name in ("deduplication_scan", "auto_review_proposals"):
            await run(name, deps)
    assert await scalar(database, LIVE) == 1
