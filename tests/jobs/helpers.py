"""Ways to run jobs and to make them fail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import event, text
from tests.builders import give_atoms, propose, with_evidence

from assay.db.engine import Database
from assay.db.models import JobState
from assay.jobs import run as run_job
from assay.proposals.drafts import Draft
from assay.queue.deps import Deps
from assay.queue.run import RunResult
from assay.settings import Settings

POISON: Final = "Poisoned item"
HISTORY: Final = "SELECT state, statistics, error FROM job_runs ORDER BY started_at, id"
ERRORS: Final = """
    SELECT severity, data->>'job_name', data->>'error_message', data->'context' FROM audit_log
    WHERE action = 'job.error' AND channel = 'system_notifications' ORDER BY id"""


def tuned(deps: Deps, **settings: Any) -> Deps:
    """The same under other settings."""
    return replace(deps, settings=Settings.model_validate(settings))


async def done(name: str, deps: Deps) -> dict[str, Any]:
    """The statistics of a run that goes well."""
    result = await run_job(name, deps)
    assert result.state is JobState.OK, result
    return dict(result.statistics)


async def failed(name: str, deps: Deps) -> RunResult:
    result = await run_job(name, deps)
    assert result.state is JobState.FAILED, result
    return result


async def arrived(database: Database, *drafts: Draft) -> list[UUID]:
    """Proposals, each backed by a verified quote; a topic has an atom of its own."""
    ids = await propose(database, await with_evidence(database, *drafts))
    await give_atoms(database, *ids)
    return ids


async def cleared(deps: Deps, *drafts: Draft) -> list[UUID]:
    """Proposals with evidence that the scan has looked at."""
    ids = await arrived(deps.database, *drafts)
    await done("deduplication_scan", deps)
    return ids


async def change(database: Database, change: str, *ids: UUID) -> None:
    async with database.transaction() as session:
        await session.execute(text(f"UPDATE proposals SET {change} WHERE id = ANY(:ids)"), {"ids": list(ids)})


async def poison(database: Database, when: str, table: str) -> None:
    """From now on the database refuses `when` (as in BEFORE INSERT) on rows of the table titled Poison."""
    statements = (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'It is poison.'; END$$",
        f"""CREATE TRIGGER refused {when} ON {table} FOR EACH ROW WHEN (NEW.title LIKE '{POISON}%')
            EXECUTE FUNCTION refuse()""",
    )
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


@contextmanager
def counted_transactions(database: Database) -> Iterator[Sequence[str]]:
    """Collects how each transaction of the block ended."""
    ended: list[str] = []
    listeners = {name: lambda _connection, name=name: ended.append(name) for name in ("commit", "rollback")}
    for name, listener in listeners.items():
        event.listen(database.engine.sync_engine, name, listener)
    try:
        yield ended
    finally:
        for name, listener in listeners.items():
            event.remove(database.engine.sync_engine, name, listener)
