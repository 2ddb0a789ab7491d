"""Every kind of damage is named by the invariant that it breaks, and sound records break none."""

from uuid import UUID

import pytest
from sqlalchemy import text
from tests.builders import draft, propose, scalar, with_evidence
from tests.conftest import copied
from tests.fsck.damages import DAMAGES, REPAIRED

from assay.accounts.actions import ensure_user
from assay.ai.fakes import HashEmbedder
from assay.audit import chain
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.db.models import EmbeddingModel, ModelState
from assay.duplicates import scan
from assay.fsck.check import INVARIANTS, check, look, repair
from assay.kinds import Kind
from assay.knowledge import actions as knowledge
from assay.messaging import outbox
from assay.proposals import actions
from assay.proposals.merge import actions as merging

pytestmark = pytest.mark.anyio

BESIDE = """
INSERT INTO extraction_runs (id, trigger_type, triggered_by_user_id, status, extractor, model_name, prompt_version,
    completed_at) VALUES (gen_random_uuid(), 'manual', 1, 'completed', 'offline', 'offline', '1', now());
UPDATE messages SET extraction_run_id = (SELECT id FROM extraction_runs), read_at = now();
INSERT INTO job_runs (id, job, state, started_at, finished_at)
    VALUES (gen_random_uuid(), 'deduplication_scan', 'ok', now(), now());
INSERT INTO policy_versions (version, document, author_user_id) VALUES (1, '{}', 1);
UPDATE proposals SET auto_approved = true WHERE created_entity_id IS NOT NULL
"""

CHECKS = """SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'c' AND conrelid IN ('proposals'::regclass, 'entities'::regclass, 'merges'::regclass)"""


@pytest.fixture(scope="module")
async def world(server_url, template):
    """A small sound database, and the ids of what it holds by what became of it."""
    with copied(server_url, template) as url:
        database = Database(url)
        yield database, await built(database)
        await database.close()


async def built(database: Database) -> dict[str, UUID | int]:
    async with database.transaction() as session:
        ana = await ensure_user(session, "ana")
    atoms = [draft(title=f"The {name} is backed up") for name in ("ledger", "mirror", "archive", "mailbox", "index")]
    ids = await propose(database, await with_evidence(database, *atoms, draft(Kind.TOPIC, "Backups")))
    atom, other, absorbed, merged, rejected, topic = ids
    async with database.transaction() as session:
        await actions.approve(session, [atom, other, absorbed, topic], actor=SYSTEM)
        await actions.reject(session, [rejected], actor=SYSTEM, notes="no")
        await merging.merge(session, {merged: atom}, actor=SYSTEM)
        await knowledge.merge(session, {absorbed: atom}, actor=SYSTEM)
    [pending] = await propose(database, await with_evidence(database, draft(title="The queue is drained at night")))
    async with database.transaction() as session:
        for statement in BESIDE.split(";"):
            await session.execute(text(statement))
        await outbox.publish(session, limit=1000)
    await chain.extend(database)
    await scan.embed_missing(database, embedder := HashEmbedder(), 100)
    async with database.transaction() as session:
        session.add(EmbeddingModel(model=embedder.model, state=ModelState.SERVING))
        await scan.scan(session, [pending], model=embedder.model, threshold=0.85, actor=SYSTEM)
    return {
        "atom": atom, "other": other, "absorbed": absorbed, "merged": merged, "rejected": rejected, "topic": topic,
        "pending": pending, "ana": ana.user_id,
    }  # fmt: skip


async def test_sound_records_break_no_invariant(world):
    database, _ = world
    assert [(each.name, each.examples) for each in await check(database) if each.broken] == []


async def test_each_invariant_has_a_damage_of_its_own():
    assert {each.name for each in INVARIANTS} <= {name for name, _ in DAMAGES}


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
async def test_a_damage_is_named(world, name, damage):
    database, ids = world
    async with database.transaction() as session:
        await damaged(session, damage, ids)
        found = {each.name: each for each in await look(session)}
        await session.rollback()
    assert found[name].broken
    assert all(example["id"] and example["why"] for example in found[name].examples)


@pytest.mark.parametrize("name", REPAIRED)
async def test_what_can_be_derived_is_repaired(world, server_url, name):
    database, ids = world
    await database.close()  # a database that is in use cannot be copied
    with copied(server_url, str(database.url.database)) as url:
        broken = Database(url)
        async with broken.transaction() as session:
            await damaged(session, next(damage for of, damage in DAMAGES if of == name), ids)
        assert (await repair(broken, await check(broken)))[name]
        left = {each.name for each in await check(broken) if each.broken}
        await broken.close()
    assert name not in left


async def test_each_repair_is_tried():
    assert {each.name for each in INVARIANTS if each.repair} == set(REPAIRED)


async def test_sound_records_are_not_repaired(world):
    database, _ = world
    before = await scalar(database, "SELECT count(*) FROM proposal_tallies")
    assert await repair(database, await check(database)) == {}
    assert await scalar(database, "SELECT count(*) FROM proposal_tallies") == before


async def damaged(session, damage, ids):
    """The database as it is when somebody wrote into it past all its promises."""
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    for table, constraint in (await session.execute(text(CHECKS))).all():
        await session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))
    await session.execute(text("DROP INDEX uq_entities_live_identity"))
    await session.execute(text(damage), {key: value for key, value in ids.items() if f":{key}" in damage})
