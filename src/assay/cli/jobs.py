"""The background jobs."""

from collections.abc import Sequence
from typing import Any

from cyclopts import App

from assay.cli.output import Json, errors, print_json, say, table
from assay.cli.session import with_tools
from assay.db.models import JobRun
from assay.jobs import all as every_job
from assay.jobs import history
from assay.jobs.job import JOBS
from assay.jobs.run import RunResult, find
from assay.jobs.run import run as run_job
from assay.jobs.tools import Tools

assert every_job  # noqa: S101  # importing it registers the jobs

app = App(name="jobs", help="List and run the background jobs.")


@app.command(name="list")
def list_(*, json: Json = False) -> None:
    """List the jobs: schedule, retries, and how the last run went."""
    last = {each.job: each for each in with_tools(_last_runs)}
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


@app.command
def run(name: str, *, json: Json = False) -> int:
    """Run a job now, in this process. Exits with 1 when it fails."""
    find(name)

    async def act(tools: Tools) -> RunResult:
        return await run_job(name, tools)

    with errors.status(f"Running {name}"):
        result = with_tools(act)
    if json:
        print_json({"job": name, "state": result.state, "statistics": result.statistics, "error": result.error})
    else:
        say(f"{name}: {result.state}{f' ({result.error})' if result.error else ''}")
        table([], [(key, value) for key, value in result.statistics.items()])
    return 0 if result.ok else 1


async def _last_runs(tools: Tools) -> Sequence[JobRun]:
    async with tools.database.transaction() as session:
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
