"""How queue and jobs stand, for a person and for a program."""

from collections.abc import Sequence

import assay.jobs  # noqa: F401  # registers the jobs
from assay import settings as configuration
from assay.cli.output import Json, print_json, say
from assay.cli.session import with_servers_as_they_are
from assay.cli.tables import table
from assay.db.engine import Database
from assay.queue.health import Health, JobHealth, Process, look


def status(*, json: Json = False) -> int:
    """Say how the queue, its processes and each job stand. Exits with 1 when something is wrong."""
    settings = configuration.load()

    async def ask(database: Database, nats_url: str) -> Health:
        return await look(database, settings, nats_url)

    found = with_servers_as_they_are(ask)
    if json:
        print_json(found.document())
    else:
        _print(found)
    return 1 if found.problems else 0


def _print(found: Health) -> None:
    say(f"  broker      {'connected' if found.broker_connected else 'does not answer'}")
    say(f"  database    {'connected' if found.database_connected else 'does not answer'}")
    if queue := found.queue:
        say(
            f"  queue       {queue.waiting} waiting, {queue.in_progress} in progress, "
            f"{queue.redelivered} delivered again, {queue.open_pulls} workers asking"
        )
    say(f"  workers     {_names(found.workers)}")
    say(f"  schedulers  {_names(found.schedulers)}\n")
    columns = [
        "job",
        "state",
        "last run",
        "last ok",
        "p50 (s)",
        "p95 (s)",
        "went well",
        "runs 1 h, 24 h",
        "retries",
        "next due",
    ]
    table(columns, [_row(name, job) for name, job in found.jobs.items()])
    say("")
    for problem in found.problems:
        say(problem, style="red")
    if not found.problems:
        say("All is well.", style="green")


def _names(processes: Sequence[Process]) -> str:
    return ", ".join(each.name for each in processes) or "none"


def _row(name: str, job: JobHealth) -> tuple[object, ...]:
    state = f"{job.status}, paused" if job.paused else job.status
    rate = f"{job.success_rate:.1%} of {job.runs}" if job.success_rate is not None else None
    moments = [each and f"{each:%m-%d %H:%M:%S}" for each in (job.last_run, job.last_success)]
    durations = [None if each is None else f"{each:.2f}" for each in (job.duration_p50, job.duration_p95)]
    runs = f"{job.runs_last_hour}, {job.runs_last_day}"
    return (
        name,
        state,
        *moments,
        *durations,
        rate,
        runs,
        job.retries_last_day,
        job.next_due and f"{job.next_due:%m-%d %H:%M}",
    )
