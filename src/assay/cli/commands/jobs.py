"""The background jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated

from cyclopts import App, Parameter
from rich.status import Status

from assay import settings as configuration
from assay.cli.model_hint import say_model_hint
from assay.cli.output import Json, errors, moment, print_json, say
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, show_page
from assay.cli.pipeline import STEPS
from assay.cli.session import operator, with_database, with_deps
from assay.cli.tables import table
from assay.db.engine import Database
from assay.errors import InvalidInput
from assay.jobs import JOBS, find
from assay.jobs import run as run_job
from assay.queue import control
from assay.queue.deps import Deps
from assay.queue.run import RunResult
from assay.web.views import jobs as views
from assay.web.views.job_records import Accepted, JobRunView, JobView
from assay.web.views.paging import PageOf

Name = Annotated[str, Parameter(help="The name of the job.")]

app = App(name="jobs", help="List and run the background jobs.")
app.command("assay.cli.commands.jobs_status:status", name="status", help="Show the status of the queue and its jobs.")
app.command("assay.cli.commands.jobs_dead:app", name="dead", help="List and replay dead letters.")


@app.command(name="list")
def list_(*, json: Json = False) -> None:
    """List the jobs: schedule, retries, and how the last run went."""
    found = with_database(_listed)
    if json:
        print_json({"items": found, "next": None})
        return
    rows = [
        (
            each.name,
            each.cron,
            f"{each.timeout_seconds:g}",
            _pauses(each.retry_delays),
            "paused" if each.paused else each.last_run.state if each.last_run else "unknown",
            each.last_run and moment(each.last_run.started_at),
        )
        for each in found
    ]
    table(["job", "cron (UTC)", "timeout (s)", "retries after (s)", "state", "last run"], rows)
    say("\nTheir status: assay jobs status. Schedules hold while `assay up` or `assay scheduler` runs.", style="dim")


@app.command
def run(
    name: Annotated[str | None, Parameter(help="The name of the job.")] = None,
    /,
    *,
    every: Annotated[
        bool, Parameter(name="--all", negative="", help="Run all jobs, in the order of the pipeline.")
    ] = False,
    queued: Annotated[bool, Parameter(negative="", help="Leave it to the workers, and do not wait.")] = False,
    json: Json = False,
) -> int:
    """Run a job now, in this process, or with --all every one of them. Exits with 1 when one fails."""
    if (name is None) != every:
        raise InvalidInput(f"Name one job, or give --all. The jobs are: {', '.join(JOBS)}.")
    names = [find(name).name] if name else [step for step, _ in STEPS]
    if queued:
        with_database(lambda database: _request(database, names))
        if json:
            print_json({"items": [Accepted(job=each, changed=True) for each in names]})
        else:
            say(f"Requested: {', '.join(names)}.")
        return 0
    with errors.status("Starting") as status:
        results = with_deps(lambda deps: _run(names, deps, status))
    if json:
        documents = [asdict(each) for each in results]
        print_json(documents if every else documents[0])
    else:
        for result in results:
            _print(result)
        for result in results:
            _say_what_was_read(result)
        say("See what waits for you with: assay proposals list", style="dim")
    return 0 if all(each.ok for each in results) else 1


@app.command
def pause(name: Name, /, *, json: Json = False) -> None:
    """Pause a job: neither its schedule nor changes start it until it is resumed. A run in progress continues."""
    changed = _changed(name, control.pause)
    _say_changed(name, changed, f"{name} is paused." if changed else f"{name} was already paused.", json)


@app.command
def resume(name: Name, /, *, json: Json = False) -> None:
    """Resume a paused job. All requests for it in the meantime lead to one run."""
    changed = _changed(name, control.resume)
    _say_changed(name, changed, f"{name} runs again." if changed else f"{name} was not paused.", json)


@app.command
def runs(name: Name, /, *, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List the runs of a job, newest first, with attempt, delivery and worker."""

    async def act(database: Database) -> PageOf[JobRunView]:
        async with database.transaction() as session:
            return await views.job_runs(session, name, after=after, limit=limit)

    columns = ["started", "state", "asked for by", "attempt", "delivery", "seconds", "worker", "error"]
    show_page(with_database(act), json, columns, _run_row, nothing=f"{name} never ran.")


async def _request(database: Database, names: Sequence[str]) -> None:
    actor = await operator(database)
    async with database.transaction() as session:
        for name in names:
            await control.run_now(session, name, actor=actor)


async def _run(names: Sequence[str], deps: Deps, status: Status) -> list[RunResult]:
    """Runs jobs one after the other, up to the first that fails."""
    results: list[RunResult] = []
    for name in names:
        status.update(f"Running {name}")
        results.append(await run_job(name, deps))
        if not results[-1].ok:
            break
    return results


def _print(result: RunResult) -> None:
    figures = ", ".join(f"{key} {value}" for key, value in result.statistics.items() if isinstance(value, int | float))
    say(f"{result.job}: {result.state}{f' ({result.error})' if result.error else ''}")
    if figures:
        say(f"  {figures}", style="dim")


def _say_what_was_read(result: RunResult) -> None:
    """Of a job that read messages."""
    found = result.statistics
    if read := found.get("messages_analyzed"):
        proposed = found["topics_proposed"] + found["atoms_proposed"]
        say(f"Messages: {read:,} read, {proposed:,} proposals made.")
        say_model_hint(configuration.load())


async def _listed(database: Database) -> list[JobView]:
    async with database.transaction() as session:
        return await views.jobs(session)


def _pauses(delays: Sequence[float]) -> str:
    return ", ".join(f"{each:g}" for each in delays) or "none"


def _say_changed(job: str, changed: bool, sentence: str, json: bool) -> None:
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


def _run_row(run: JobRunView) -> tuple[object, ...]:
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
