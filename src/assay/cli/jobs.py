"""The background jobs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.status import Status

from assay.cli.output import Json, errors, print_json, say, table
from assay.cli.pipeline import STEPS
from assay.cli.session import operator, with_database, with_tools
from assay.db.engine import Database
from assay.db.models import JobRun
from assay.errors import InvalidInput
from assay.jobs import all as every_job
from assay.jobs import control, history
from assay.jobs.job import JOBS
from assay.jobs.run import RunResult, find
from assay.jobs.run import run as run_job
from assay.jobs.tools import Tools

assert every_job  # noqa: S101  # importing it registers the jobs

app = App(name="jobs", help="List and run the background jobs.")
app.command("assay.cli.jobs_status:status", name="status", help="Say how queue and jobs stand.")
app.command("assay.cli.jobs_control:pause", name="pause", help="Let a job rest until it is resumed.")
app.command("assay.cli.jobs_control:resume", name="resume", help="Let a paused job run again.")
app.command("assay.cli.jobs_control:runs", name="runs", help="List the runs of a job.")
app.command("assay.cli.jobs_dead:app", name="dead", help="List and give back what the queue could not work off.")


@app.command(name="list")
def list_(*, json: Json = False) -> None:
    """List the jobs: schedule, retries, and how the last run went."""
    last = {each.job: each for each in with_database(_last_runs)}
    documents = [_document(name, last.get(name)) for name in JOBS]
    if json:
        print_json(documents)
        return
    rows = [
        (
            each["name"],
            each["cron"],
            each["timeout_seconds"],
            _pauses(each["retry_delays"]),
            each["state"],
            each["last_run"] and f"{each['last_run']:%Y-%m-%d %H:%M}",
        )
        for each in documents
    ]
    table(["job", "cron (UTC)", "timeout (s)", "retries after (s)", "state", "last run"], rows)
    say("\nHow they stand: assay jobs status. Schedules hold while `assay up` or `assay scheduler` runs.", style="dim")


@app.command
def run(
    name: str | None = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="", help="Run all jobs, in their order.")] = False,
    queued: Annotated[bool, Parameter(negative="", help="Leave it to the workers, and do not wait.")] = False,
    json: Json = False,
) -> int:
    """Run a job now, in this process, or with --all every one of them. Exits with 1 when one fails."""
    if (name is None) != every:
        raise InvalidInput(f"Name one job, or give --all. The jobs are: {', '.join(JOBS)}.")
    names = [find(name).name] if name else [step for step, _ in STEPS]
    if queued:
        with_database(lambda database: _request(database, names))
        say(f"Requested: {', '.join(names)}.")
        return 0
    with errors.status("Starting") as status:
        results = with_tools(lambda tools: _run(names, tools, status))
    if json:
        documents = [asdict(each) for each in results]
        print_json(documents if every else documents[0])
    else:
        for result in results:
            _print(result)
        say("See what waits for you with: assay proposals list", style="dim")
    return 0 if all(each.ok for each in results) else 1


async def _request(database: Database, names: Sequence[str]) -> None:
    actor = await operator(database)
    async with database.transaction() as session:
        for name in names:
            await control.run_now(session, name, actor=actor)


async def _run(names: Sequence[str], tools: Tools, status: Status) -> list[RunResult]:
    """Runs jobs one after the other, up to the first that fails."""
    results: list[RunResult] = []
    for name in names:
        status.update(f"Running {name}")
        results.append(await run_job(name, tools))
        if not results[-1].ok:
            break
    return results


def _print(result: RunResult) -> None:
    figures = ", ".join(f"{key} {value}" for key, value in result.statistics.items() if isinstance(value, int | float))
    say(f"{result.job}: {result.state}{f' ({result.error})' if result.error else ''}")
    if figures:
        say(f"  {figures}", style="dim")


async def _last_runs(database: Database) -> Sequence[JobRun]:
    async with database.transaction() as session:
        return await history.last_runs(session)


def _document(name: str, last: JobRun | None) -> dict[str, Any]:
    job = JOBS[name]
    return {
        "name": name,
        "purpose": job.purpose,
        "cron": job.cron,
        "timeout_seconds": int(job.timeout.total_seconds()),
        "retry_delays": [int(each.total_seconds()) for each in job.retry_delays],
        "state": last.state if last else "unknown",
        "last_run": last and last.started_at,
        "statistics": last.statistics if last else {},
        "error": last and last.error,
    }


def _pauses(delays: Sequence[int]) -> str:
    return ", ".join(map(str, delays)) or "none"
