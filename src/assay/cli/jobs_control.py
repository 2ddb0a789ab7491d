"""Pausing jobs, and their history."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from cyclopts import Parameter

from assay.cli.output import Json, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.session import operator, with_database
from assay.db.engine import Database
from assay.queue import control
from assay.web.views import jobs as views
from assay.web.views.paging import PageOf
from assay.web.views.records import Accepted, JobRunView

Name = Annotated[str, Parameter(help="The name of the job.")]


def pause(name: Name, /, *, json: Json = False) -> None:
    """Let a job rest: neither schedule nor changes start it until it is resumed. A run under way goes on."""
    changed = _changed(name, control.pause)
    _say(name, changed, f"{name} is paused." if changed else f"{name} was paused already.", json)


def resume(name: Name, /, *, json: Json = False) -> None:
    """Let a paused job run again. What asked for it meanwhile makes one run."""
    changed = _changed(name, control.resume)
    _say(name, changed, f"{name} runs again." if changed else f"{name} was not paused.", json)


def runs(name: Name, /, *, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List the runs of a job, the newest first, with attempt, delivery and worker."""

    async def act(database: Database) -> PageOf[JobRunView]:
        async with database.transaction() as session:
            return await views.job_runs(session, name, after=after, limit=limit)

    columns = ["started", "state", "asked for by", "attempt", "delivery", "seconds", "worker", "error"]
    show_page(with_database(act), json, columns, _row, nothing=f"{name} never ran.")


def _say(job: str, changed: bool, sentence: str, json: bool) -> None:
    if json:
        print_json(Accepted(job=job, changed=changed))
    else:
        say(sentence)


def _changed(name: str, change: Callable[..., Awaitable[bool]]) -> bool:
    async def act(database: Database) -> bool:
        actor = await operator(database)
        async with database.transaction() as session:
            return await change(session, name, actor=actor)

    return with_database(act)


def _row(run: JobRunView) -> tuple[object, ...]:
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
