"""Pausing jobs, and their history."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from assay.cli.output import Json, Limit, print_json, say, table
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.db.models import JobRun
from assay.jobs import all as every_job
from assay.jobs import control, history
from assay.jobs.run import find

assert every_job  # noqa: S101  # importing it registers the jobs

RUNS: Final = 20


def pause(name: str, /) -> None:
    """Let a job rest: neither schedule nor changes start it until it is resumed. A run under way goes on."""
    changed = _changed(name, control.pause)
    say(f"{name} is paused." if changed else f"{name} was paused already.")


def resume(name: str, /) -> None:
    """Let a paused job run again. What asked for it meanwhile makes one run."""
    changed = _changed(name, control.resume)
    say(f"{name} runs again." if changed else f"{name} was not paused.")


def runs(name: str, /, *, limit: Limit = RUNS, json: Json = False) -> None:
    """List the newest runs of a job, with attempt, delivery and worker."""
    job = find(name).name
    found = with_database(lambda database: _runs(database, job, limit))
    if json:
        print_json([_document(each) for each in found])
        return
    columns = ["started", "state", "asked for by", "attempt", "delivery", "seconds", "worker", "error"]
    table(columns, [_row(each) for each in found])


def _changed(name: str, change: Callable[..., Awaitable[bool]]) -> bool:
    async def act(database: Database) -> bool:
        actor = await operator(database)
        async with database.transaction() as session:
            return await change(session, name, actor=actor)

    return with_database(act)


async def _runs(database: Database, job: str, limit: int) -> Sequence[JobRun]:
    async with database.transaction() as session:
        return await history.runs(session, job, limit=limit)


def _row(run: JobRun) -> tuple[object, ...]:
    asker = f"tick {run.tick:%m-%d %H:%M:%S}" if run.tick else run.task_id.partition(":")[0]
    begun = run.started_at or run.due_at or run.queued_at
    lasted = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
    seconds = f"{lasted:.2f}" if lasted is not None else None
    return (
        f"{begun:%Y-%m-%d %H:%M:%S}",
        run.state,
        asker,
        run.attempt,
        run.delivery,
        seconds,
        run.worker,
        run.error,
    )


def _document(run: JobRun) -> dict[str, Any]:
    names = [column.name for column in JobRun.__table__.columns]
    return {name: getattr(run, name) for name in names}
