"""Letting everything expire that has waited too long, where that is more than the job does by itself."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from cyclopts import Parameter

from assay import settings as configuration
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM, Actor
from assay.cli.output import Json, print_json, say
from assay.cli.session import operator, with_database
from assay.clock import now
from assay.db.engine import Database
from assay.messaging.events import JobRecovered
from assay.proposals import expiry, queries
from assay.proposals.expiry import Overdue

BATCH: Final = 5000
JOB: Final = "expire_stale_proposals"

Preview = Annotated[bool, Parameter(name="--preview", negative="", help="Show how many there are, and change nothing.")]


def expire(*, preview: Preview = False, json: Json = False) -> None:
    """Expire all proposals that have waited longer than allowed, however many there are. They can be reopened."""
    days = configuration.load().knowledge_proposal_expiration_days
    cutoff = now() - timedelta(days=days)

    async def act(database: Database) -> tuple[Overdue, int]:
        actor = await operator(database)
        async with database.transaction() as session:
            found = await expiry.overdue(session, cutoff)
        return found, 0 if preview or not found.number else await _expire_all(database, cutoff, days, actor, found)

    found, expired = with_database(act)
    if json:
        print_json({"overdue": found.number, "pending": found.pending, "expired": expired})
    elif preview:
        say(f"{found.number} of {found.pending} pending proposals have waited longer than {days} days.")
    else:
        say(f"{expired} of {found.pending} pending proposals expired.")


async def _expire_all(database: Database, cutoff: datetime, days: int, actor: Actor, found: Overdue) -> int:
    """A batch in each transaction: they expire by the rule, and the trail says who let them."""
    async with database.transaction() as session:
        detail = {"overdue": found.number, "pending": found.pending}
        await record(session, actor, [Record("expiry.allowed", detail=detail)])
    expired = 0
    while True:
        async with database.transaction() as session:
            stale = await queries.stale(session, cutoff, limit=BATCH)
            done = sum(each.done for each in await expiry.expire(session, list(stale), actor=SYSTEM, days=days))
            expired += done
            if not done:
                await record(session, SYSTEM, [Record.of(JobRecovered(JOB))])
                return expired
