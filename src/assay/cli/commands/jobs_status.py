"""How queue and jobs stand, for a person and for a program."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Final

import assay.jobs  # noqa: F401  # registers the jobs
from assay import settings as configuration
from assay.cli.output import Json, print_json, say
from assay.cli.session import with_servers_as_they_are
from assay.cli.tables import table
from assay.clock import now
from assay.db.engine import Database
from assay.queue.health import Health, JobHealth, Process, look

HOW_IT_STANDS: Final = ("job", "state", "last run", "next due")
HOW_IT_WENT: Final = ("job", "ok", "p95 s", "24 h", "retries")
"""Two tables, each of which fits a terminal of 60 columns. The rest is in the JSON."""


def status(*, json: Json = False) -> int:
    """Show the status of the queue, its processes and each job. Exits with 1 if something is wrong."""
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
            f"{queue.redelivered} redelivered, {queue.open_pulls} workers asking"
        )
    say(f"  workers     {_names(found.workers)}")
    say(f"  schedulers  {_names(found.schedulers)}\n")
    for columns, row in ((HOW_IT_STANDS, _standing), (HOW_IT_WENT, _figures)):
        table(columns, [row(name, job) for name, job in found.jobs.items()])
        say("")
    for problem in found.problems:
        say(problem, style="red")
    if not found.problems:
        say("All is well.", style="green")


def _names(processes: Sequence[Process]) -> str:
    return ", ".join(each.name for each in processes) or "none"


def _standing(name: str, job: JobHealth) -> tuple[object, ...]:
    state = f"{job.status}, paused" if job.paused else job.status
    return name, state, _near(job.last_run), _near(job.next_due)


def _figures(name: str, job: JobHealth) -> tuple[object, ...]:
    share = None if job.success_rate is None else f"{floor(100 * job.success_rate)}%"
    slow = None if job.duration_p95 is None else f"{job.duration_p95:.1f}"
    return name, share, slow, job.runs_last_day, job.retries_last_day


def _near(at: datetime | None) -> str | None:
    """The time of what is within a day, else the date."""
    if at is None:
        return None
    return f"{at:%H:%M}" if abs(at - now()) < timedelta(days=1) else f"{at:%m-%d}"
