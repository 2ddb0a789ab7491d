"""What the examples of the pages find: a running Assay, knowledge under the ids they name, and servers to talk to."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import text
from tests.alerts.helpers import http_server, mail_server
from tests.builders import draft, propose, with_evidence
from tests.patience import PATIENCE
from tests.web.helpers import person, token

from assay.audit.actor import SYSTEM
from assay.db.base import new_id
from assay.db.engine import Database
from assay.db.models import ActorKind, Role, Scope
from assay.db.short_ids import full_ids
from assay.kinds import Kind, LinkType
from assay.proposals import actions
from assay.proposals.drafts import ProposedLink
from assay.runtime.process import wait_for
from assay.sources.actions import admit

Names = Mapping[str, str]
"""What stands on the page, and what the real Assay calls it."""
UNSURE: Final = 0.6
"""The machine leaves it to people."""
QUIET: Final = """SELECT NOT EXISTS (SELECT FROM job_runs WHERE state IN ('queued', 'running'))
    AND NOT EXISTS (SELECT FROM job_requests)
    AND NOT EXISTS (SELECT FROM proposals WHERE status = 'pending' AND dedup_state = 'unchecked')"""


def address_of(home: Path) -> str:
    return str(json.loads((home / "services.json").read_text())["database_url"])


class World:
    """The database of a running Assay, as the examples' author sees it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def pending(self, title: str, kind: Kind = Kind.ATOM, **more: Any) -> str:
        [backed] = await with_evidence(self.database, draft(kind, title, confidence=UNSURE, **more))
        [made] = await propose(self.database, [backed])
        return str(made)[-8:]

    async def approved(self, title: str, kind: Kind = Kind.ATOM, **more: Any) -> str:
        made = await self.pending(title, kind, **more)
        async with self.database.transaction() as session:
            [outcome] = await actions.approve(session, await full_ids(session, "proposals", [made]), actor=SYSTEM)
        assert outcome.done, outcome.message
        return made

    async def contradicting(self, title: str, known: str) -> str:
        """A pending proposal that says something else than what is known."""
        made = await self.approved(known)
        async with self.database.transaction() as session:
            [old] = await full_ids(session, "proposals", [made])
        return await self.pending(title, links=[ProposedLink(old, LinkType.CONTRADICTS, 1.0)])

    async def in_waiting_topic(self, title: str, topic: str) -> str:
        await self.pending(topic, Kind.TOPIC)
        return await self.pending(title, topic_name=topic)


def with_world(home: Path, act: Callable[[World], Any]) -> Any:
    async def run() -> Any:
        database = Database(address_of(home))
        try:
            return await act(World(database))
        finally:
            await database.close()

    return asyncio.run(run())


def settle(home: Path) -> None:
    """Waits until Assay, if it runs, has done what was asked of it."""
    if not (home / "services.json").exists():
        return
    with psycopg.connect(address_of(home), autocommit=True) as connection:
        assert wait_for(lambda: connection.execute(QUIET).fetchone() == (True,), PATIENCE)


async def decide(world: World) -> Names:
    await world.pending("Retention", Kind.TOPIC)
    return {
        "65d1dcc9": await world.in_waiting_topic("Backups are kept for 35 days", "Backups"),
        "4f1c22d0": await world.pending("Invoices are numbered per year"),
        "77ab01c3": await world.pending("The old wiki is read-only"),
        "0d5e99f1": await world.pending("Lunch is at noon on Fridays"),
        "9a2b7980": await world.pending("Numbers of invoices start anew each year"),
        "b81d04e7": await world.contradicting("The standup is on Thursday", "The standup is on Tuesday"),
    }


async def merge(world: World) -> Names:
    return {
        "1c509934": await world.approved("Exports of the ledger are kept for ninety days"),
        "9a2b7980": await world.pending("Exports of the ledger are kept for ninety days."),
        "c5d2e8f1": await world.pending("Exports of the ledger stay for ninety days"),
        "e07b3a96": await world.pending("Sign-ins are logged, with their addresses"),
        "65d1dcc9": await world.pending("Sign-ins are logged with their addresses"),
        "4f1c22d0": await world.approved("Payment", Kind.TOPIC),
        "8be30c47": await world.approved("Money in", Kind.TOPIC),
        "77ab01c3": await world.approved("Refunds take three days"),
        "0d5e99f1": await world.approved("A refund arrives within three days"),
        "6b6b6b01": await world.approved("Refunds are paid after three days"),
        "a1f4d902": await world.approved("The ledger of the shop is closed at midnight"),
        "b3c7e510": await world.approved("The ledger of the shop is closed at midnight."),
    }


async def first_steps(world: World) -> Names:
    return {"2640c828": await world.in_waiting_topic("Access tokens expire after 60 minutes", "Booking API")}


async def erasing(world: World) -> Names:
    """A token of an administrator, as `assay tokens create --scope admin` would print it."""
    admin = await person(world.database, "keeper", Role.ADMIN)
    return {"$KEY": await token(world.database, admin, Scope.ADMIN)}


async def bridged(world: World) -> Names:
    """A source that an agent filled."""
    bridge = await person(world.database, "crm-bridge", kind=ActorKind.AGENT)
    async with world.database.transaction() as session:
        await admit(session, "crm", actor=bridge)
    return {}


async def dead_letter(world: World) -> Names:
    order = json.dumps({"job": "proposal_metrics_update"}).encode()
    letter = {"source": str(new_id()), "job": "proposal_metrics_update", "message": order}
    statement = """INSERT INTO job_dead_letters (source, job, reason, error, message)
        VALUES (:source, :job, 'retries_exhausted', 'no', :message) RETURNING id"""
    async with world.database.transaction() as session:
        return {"12": str(await session.scalar(text(statement), letter))}


SETUPS: Final[Mapping[str, Callable[[World], Any]]] = {
    "README.md": first_steps,
    "docs/howto/decide-on-proposals.md": decide,
    "docs/howto/merge-and-unmerge.md": merge,
    "docs/howto/delete-somebodys-data.md": erasing,
    "docs/howto/trust-a-source.md": bridged,
    "docs/reference/jobs.md": dead_letter,
}


@asynccontextmanager
async def _receivers() -> AsyncIterator[Names]:
    async with http_server() as web, mail_server() as mail:
        yield {
            "https://ops.example.org/hooks/assay": web.url,
            "smtp://user:password@mail.example.org:587": mail.url,
        }


@contextmanager
def receivers() -> Iterator[Names]:
    """Real servers in the place of those that the pages name."""
    loop, ready, end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: dict[str, str] = {}

    async def run() -> None:
        async with _receivers() as names:
            found.update(names)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    ready.wait()
    yield found
    loop.call_soon_threadsafe(end.set)
    thread.join()
    loop.close()
