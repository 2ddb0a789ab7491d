"""Runs that found nothing are forgotten after a while; nothing else is."""

from datetime import timedelta

import pytest
from tests.builders import BOTH_KINDS, draft, message_row, rows, scalar
from tests.jobs.helpers import done

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.db.base import new_id
from assay.db.bulk import insert_rows
from assay.db.models import FINAL_RUN_STATES, KnowledgeExtractionRun, RunStatus, StoredMessage
from assay.proposals import actions

pytestmark = pytest.mark.anyio

NAME = "cleanup_orphaned_extractions"
LEFT = "SELECT count(*) FROM extraction_runs"


async def ran(database, *, status: RunStatus = RunStatus.COMPLETED, days_ago: float = 8):
    identity = new_id()
    run = {
        "id": identity,
        "trigger_type": "batch",
        "triggered_by_user_id": SYSTEM.user_id,
        "status": status,
        "config_snapshot": {},
        "extractor": "scripted",
        "model_name": "script",
        "prompt_version": "1",
        "messages_analyzed": 3,
        "topic_proposals_created": 0,
        "atom_proposals_created": 0,
        "llm_tokens_used": 7,
        "cost_estimate": 0.25,
        "created_at": now() - timedelta(days=days_ago),
    }
    async with database.transaction() as session:
        await insert_rows(session, KnowledgeExtractionRun, [run])
    return identity


@pytest.mark.parametrize("status", RunStatus)
async def test_only_runs_that_have_ended_are_deleted(deps, status):
    await ran(deps.database, status=status)
    deleted = int(status in FINAL_RUN_STATES)
    assert await done(NAME, deps) == {"runs_deleted": deleted, "age_threshold_days": 7}
    assert await scalar(deps.database, LEFT) == 1 - deleted


@pytest.mark.parametrize(("days", "deleted"), [(6.99, 0), (7.01, 1)])
async def test_only_runs_older_than_a_week_are_deleted(deps, days, deleted):
    await ran(deps.database, days_ago=days)
    assert (await done(NAME, deps))["runs_deleted"] == deleted


@pytest.mark.parametrize("kind", BOTH_KINDS)
@pytest.mark.parametrize("decided", [True, False])
async def test_a_run_with_a_proposal_stays_and_so_does_the_proposal(deps, kind, decided):
    run = await ran(deps.database)
    async with deps.database.transaction() as session:
        [each] = await actions.propose(session, [draft(kind)], run_id=run, actor=SYSTEM)
        if decided:
            await actions.reject(session, [each], actor=SYSTEM)
    assert (await done(NAME, deps))["runs_deleted"] == 0
    assert await scalar(deps.database, "SELECT extraction_run_id FROM proposals") == run


async def test_each_deletion_is_in_the_trail(deps):
    runs = {await ran(deps.database), await ran(deps.database, status=RunStatus.FAILED)}
    assert (await done(NAME, deps))["runs_deleted"] == 2
    trail = await rows(
        deps.database, "SELECT subject_id, actor_user_id, detail FROM audit_log WHERE action = 'extraction.deleted'"
    )
    assert {each[0] for each in trail} == runs
    assert {each[1] for each in trail} == {SYSTEM.user_id}
    assert {each[2]["status"] for each in trail} == {"completed", "failed"}


async def test_messages_of_a_forgotten_run_stay_and_are_not_read_again(deps):
    run = await ran(deps.database)
    async with deps.database.transaction() as session:
        await insert_rows(session, StoredMessage, [message_row(extraction_run_id=run, read_at=now())])
    assert (await done(NAME, deps))["runs_deleted"] == 1
    assert (await done("extract_knowledge_from_messages", deps))["messages_analyzed"] == 0
    assert await scalar(deps.database, "SELECT count(*) FROM messages") == 1
