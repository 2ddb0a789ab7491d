"""What a run attempted decides whether it failed; what it only looked at does not. Each job's work is refused."""

import pytest
from sqlalchemy import text
from tests.builders import MORNING, draft, rows, scalar
from tests.extraction.chats import from_all, incoming, ingest
from tests.jobs.helpers import ERRORS, change, cleared, done, failed, tuned
from tests.jobs.test_cleanup_orphaned_extractions import ran

from assay.ai.fakes import ScriptedExtractor
from assay.db.models import JobState
from assay.queue.deps import Deps
from assay.queue.health import look
from assay.queue.run import RESTING, run

pytestmark = pytest.mark.anyio

REVIEW = "auto_review_proposals"
SCAN = "deduplication_scan"
EXPIRY = "expire_stale_proposals"
EXTRACTION = "extract_knowledge_from_messages"
RECOVERED = "SELECT count(*) FROM audit_log WHERE action = 'job.recovered'"
ITEMS = "SELECT attempted, failed FROM job_runs WHERE job = :job"
REFUSAL = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'No room.'; END$$"


async def refuse(database, when: str, table: str, of: str = "true") -> None:
    """From now on the database refuses to do so with those rows of the table."""
    trigger = f"CREATE TRIGGER refused {when} ON {table} FOR EACH ROW WHEN ({of}) EXECUTE FUNCTION refuse()"
    async with database.transaction() as session:
        await session.execute(text(REFUSAL))
        await session.execute(text(trigger))


async def allow(database) -> None:
    async with database.transaction() as session:
        await session.execute(text("DROP FUNCTION refuse CASCADE"))


async def test_when_every_approval_fails_the_run_failed_however_many_it_only_looked_at(deps):
    sure = await cleared(deps, *(draft() for _ in range(12)))
    held = await cleared(deps, *(draft() for _ in range(30)))
    await change(deps.database, "llm_recommendation = 'merge'", *held)
    await refuse(deps.database, "BEFORE INSERT", "entities")
    result = await failed(REVIEW, tuned(deps, knowledge_auto_approval_batch_size=10))
    assert result.error == "All 12 items failed: No room."
    assert (result.statistics["atoms_skipped"], result.statistics["errors"]) == (30, len(sure))
    assert (await rows(deps.database, ERRORS))[-1][:3] == ("critical", REVIEW, "All 12 items failed: No room.")
    assert await rows(deps.database, ITEMS, job=REVIEW) == [(12, 12)]


async def test_when_most_approvals_fail_the_run_failed_and_what_went_through_is_counted(deps):
    *_, good = await cleared(deps, *(draft(title=f"Barred {each}") for each in "abc"), draft(title="Taken"))
    await refuse(deps.database, "BEFORE INSERT", "entities", "NEW.title LIKE 'Barred%'")
    result = await failed(REVIEW, deps)
    assert (result.error, result.statistics["atoms_approved"]) == ("3 of 4 items failed: No room.", 1)
    kept = "SELECT statistics FROM job_runs WHERE job = :job"
    assert await scalar(deps.database, kept, job=REVIEW) == result.statistics
    assert await scalar(deps.database, "SELECT id FROM entities") == good


async def test_the_failure_stands_until_something_that_failed_was_tried_again(deps, nats_url):
    ids = await cleared(deps, *(draft() for _ in range(3)))
    await refuse(deps.database, "BEFORE INSERT", "entities")
    await failed(REVIEW, deps)
    await allow(deps.database)
    retried = await run(REVIEW, deps)
    assert (retried.state, retried.error) == (JobState.SKIPPED, RESTING)
    health = await look(deps.database, deps.settings, nats_url)
    assert health.jobs[REVIEW].status == "failed"
    assert f"Job {REVIEW}: its last run ended as failed: All 3 items failed: No room." in health.problems
    assert await scalar(deps.database, RECOVERED) == 0
    await change(deps.database, "retry_at = now() - interval '1 second'", *ids)
    assert (await done(REVIEW, deps))["atoms_approved"] == 3
    assert await scalar(deps.database, RECOVERED) == 1


async def test_the_failure_no_longer_stands_when_a_person_has_decided_on_what_failed(deps):
    ids = await cleared(deps, *(draft() for _ in range(3)))
    await refuse(deps.database, "BEFORE INSERT", "entities")
    await failed(REVIEW, deps)
    await change(deps.database, "status = 'rejected', reviewed_at = now()", *ids)
    await done(REVIEW, deps)
    assert await scalar(deps.database, RECOVERED) == 1


async def test_a_scan_that_can_store_nothing_has_failed(deps):
    await refuse(deps.database, "BEFORE UPDATE OF candidates", "proposals")
    with pytest.raises(AssertionError, match="All 12 items failed"):
        await cleared(deps, *(draft() for _ in range(12)))
    assert (await run(SCAN, deps)).error == RESTING


async def test_an_expiry_that_can_put_nothing_away_has_failed(deps):
    ids = await cleared(deps, *(draft() for _ in range(9)))
    await change(deps.database, "refreshed_at = now() - interval '40 days'", *ids)
    await refuse(deps.database, "BEFORE UPDATE OF status", "proposals")
    assert (await failed(EXPIRY, deps)).error == "All 9 items failed: No room."


async def test_a_reading_that_can_store_nothing_has_failed_however_much_only_machines_said(deps):
    names = (f"Node{chr(97 + number)}" for number in range(12))
    people = [incoming(f"{name} runs Postgres.", sent_at=MORNING) for name in names]
    machines = [incoming(f"Build {each} passed.", author="ci", sent_at=MORNING, is_bot=True) for each in range(30)]
    await ingest(deps.database, *people, *machines)
    await refuse(deps.database, "BEFORE INSERT", "proposals")
    reading = Deps(deps.database, deps.settings, deps.embedder, ScriptedExtractor(from_all))
    result = await failed(EXTRACTION, reading)
    assert "No room." in (result.error or "")
    assert [each[0] for each in await rows(deps.database, ERRORS)][-1] == "critical"
    assert await rows(deps.database, ITEMS, job=EXTRACTION) == [(12, 12)]


async def test_a_cleanup_that_can_delete_nothing_has_failed(deps):
    await ran(deps.database)
    await refuse(deps.database, "BEFORE DELETE", "extraction_runs")
    assert (await failed("cleanup_orphaned_extractions", deps)).error == "No room."


async def test_metrics_that_cannot_be_announced_have_failed(deps):
    await refuse(deps.database, "BEFORE INSERT", "audit_log")
    assert (await run("proposal_metrics_update", deps)).error == "No room."
