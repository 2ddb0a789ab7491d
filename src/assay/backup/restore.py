"""Bringing a backup back: into a database beside ours, which takes its name once it is whole and was looked at."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from psycopg.errors import InsufficientPrivilege, ObjectInUse
from sqlalchemy import URL, TextClause, delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from assay.audit import chain
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.audit.chain import Anchor
from assay.backup import file, keys, sql
from assay.backup.file import Body, WholeBackup
from assay.backup.head import Head
from assay.backup.make import count
from assay.backup.programs import NEWEST_SERVER, Programs
from assay.clock import now
from assay.db import migrate
from assay.db.engine import Database, PoolLimits
from assay.db.locks import held
from assay.db.models import (
    SYSTEM_USER_ID,
    AlertDelivery,
    DeliveryState,
    JobProcess,
    JobRun,
    JobState,
    SignedIn,
    SignInLink,
)
from assay.errors import Conflict, InvalidInput, Unavailable
from assay.fsck.check import CheckedInvariant, check
from assay.messaging import outbox
from assay.messaging.requests import EXTRACTION, METRICS, REVIEW, SCAN, request

RESTORED: Final = "backup.restored"
FRESH: Final = "_being_restored"
OLD: Final = "_replaced"
MAINTENANCE: Final = "postgres"
"""The database to be connected to while ours is renamed."""
FEW: Final = PoolLimits(2)
LONGEST_NAME: Final = 63
EVENTS_AT_ONCE: Final = 1_000
OPEN_THEN: Final = "It was open when the backup was made."
FindActor = Callable[[AsyncSession], Awaitable[Actor]]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `broken`: invariants that did not hold, as they did not when the backup was made."""

    head: Head
    broken: Sequence[CheckedInvariant]


async def restore(
    url: URL, programs: Path, path: Path, *, key: Path | None, replace: bool, actor_of: FindActor
) -> Restored:
    """Puts a backup in the place of the database of `url`.

    Until the last moment that is as it was, whatever dies. Raises InvalidInput for a file that is no whole backup, is
    of a newer version or needs another key; Conflict where the database is not empty and `replace` was not said, or
    somebody is connected to it; Unavailable where the server does not let us.
    """
    with file.whole(path) as backup:
        _refuse_unreadable(backup, key)
        async with _connected(url) as database:
            await _refuse_busy(database)
            if not replace:
                await _refuse_used(database)
        async with _server(url) as server, _fresh_database(server, url) as fresh:
            await asyncio.to_thread(_load, backup.body, Programs(programs, fresh), key)
            broken = await _made_ready(fresh, backup, actor_of)
            await _swap(server, fresh, url)
    return Restored(backup.head, broken)


def _refuse_unreadable(backup: WholeBackup, key: Path | None) -> None:
    head = backup.head
    if head.revision > migrate.newest():
        raise InvalidInput(
            f"{backup.path} was written by a newer Assay ({head.assay}, schema {head.revision}; this one knows "
            f"{migrate.newest()}): upgrade this one first."
        )
    if head.encrypted and key is None:
        raise InvalidInput(f"{backup.path} is encrypted: name the file of its key with --key FILE.")
    if not head.encrypted and key is not None:
        raise InvalidInput(f"{backup.path} is not encrypted: leave --key away.")
    if key:
        keys.check_secret(key)


@asynccontextmanager
async def _connected(url: URL) -> AsyncIterator[Database]:
    database = Database(url.render_as_string(hide_password=False), FEW)
    try:
        yield database
    finally:
        await database.close()


async def _refuse_busy(database: Database) -> None:
    async with database.transaction() as session:
        _, major = (await session.execute(sql.SERVER)).one()
        if major < NEWEST_SERVER - 1:
            raise Unavailable(
                f"The database runs on PostgreSQL {major}, and a backup comes back into {NEWEST_SERVER - 1} or newer."
            )
        if others := await session.scalar(sql.OTHERS):
            raise _busy(others)


def _busy(others: int | None = None) -> Conflict:
    who = f"{others} connections" if others and others > 1 else "Something"
    verb = "are" if others and others > 1 else "is"
    return Conflict(f"{who} {verb} at work on this database: stop Assay first (assay down), then restore.")


async def _refuse_used(database: Database) -> None:
    """Raises Conflict where there is anything but what the migrations made."""
    async with database.transaction() as session:
        tables = set(await session.scalars(sql.TABLES))
        if not tables:
            return
        ours = {"audit_log", "messages", "proposals", "users"} <= tables
        if not ours or await session.scalar(sql.USED, {"system": SYSTEM_USER_ID}):
            raise Conflict(
                "This Assay is not empty. To put the backup in its place say --replace: what is there now is lost then."
            )


@asynccontextmanager
async def _server(url: URL) -> AsyncIterator[AsyncEngine]:
    """Raises Conflict where another process brings a backup back into the same database."""
    async with (
        _connected(url.set(database=MAINTENANCE)) as database,
        held(database.engine, f"restore of {url.database}") as won,
    ):
        if not won:
            raise Conflict("Another process restores a backup here at this moment.")
        yield database.engine


async def _command(server: AsyncEngine, statement: TextClause) -> None:
    """What the server takes outside of transactions alone."""
    async with server.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(statement)


@asynccontextmanager
async def _fresh_database(server: AsyncEngine, url: URL) -> AsyncIterator[URL]:
    """An empty database beside ours, gone at the end of the block unless it was renamed. What a killed restore left is
    dropped first: there is one beside each database."""
    name = _beside(url, FRESH)
    await _command(server, sql.dropped(name))
    try:
        await _command(server, sql.created(name))
    except DBAPIError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise Unavailable(
                "A backup is first brought back into a database of its own, and this user of PostgreSQL may not make "
                "one: ALTER ROLE its_name CREATEDB."
            ) from None
        raise
    try:
        yield url.set(database=name)
    finally:
        await _command(server, sql.dropped(name))


def _beside(url: URL, ending: str) -> str:
    return f"{(url.database or '')[: LONGEST_NAME - len(ending)]}{ending}".replace('"', "")


def _load(body: Body, programs: Programs, key: Path | None) -> None:
    with programs.restore() as archive:
        _fill(body, archive, key)


def _fill(body: Body, archive: IO[bytes], key: Path | None) -> None:
    if key:
        keys.decrypt(body, archive, key)
    else:
        shutil.copyfileobj(body, archive, file.PORTION)


async def _made_ready(fresh: URL, backup: WholeBackup, actor_of: FindActor) -> list[CheckedInvariant]:
    """Looks whether all of it is there, brings it into the newest shape, and lets go of what was under way."""
    async with _connected(fresh) as database:
        await _compare(database, backup.head)
        await asyncio.to_thread(migrate.upgrade, fresh.render_as_string(hide_password=False))
        broken = [each for each in await check(database) if each.broken]
        async with database.transaction() as session:
            await _let_go(session)
            actor = await actor_of(session)
            detail = {"file": backup.path.name, "made_at": backup.head.at.isoformat()}
            await record(session, actor, [Record(RESTORED, detail=detail)])
    return broken


async def _compare(database: Database, head: Head) -> None:
    async with database.snapshot() as session:
        found = await count(session, list(await session.scalars(sql.TABLES)))
        newest = str(await chain.anchor(session) or "") or None
    differing = [name for name in {*found, *head.counts} if found.get(name) != head.counts.get(name)]
    if differing or _link(newest) != _link(head.anchor):
        where = ", ".join(sorted(differing)) or "the chain of the trail"
        raise InvalidInput(f"What came back is not what the backup says of itself: {where}. Nothing was changed.")


def _link(anchor: str | None) -> tuple[int, str] | None:
    """What an anchor says, without the moment at which it was written down."""
    if anchor is None:
        return None
    found = Anchor.read(anchor)
    return found.number, found.hash


async def _let_go(session: AsyncSession) -> None:
    """What was under way then went on elsewhere: it is neither announced nor carried out a second time.

    What the jobs have to do they find by the records. Who was signed in then may not be any more.
    """
    open_then = JobRun.state.in_((JobState.QUEUED, JobState.RUNNING))
    skipped = {"state": JobState.SKIPPED, "finished_at": now(), "error": OPEN_THEN}
    await session.execute(update(JobRun).where(open_then).values(skipped))
    pending = AlertDelivery.state == DeliveryState.PENDING
    await session.execute(update(AlertDelivery).where(pending).values(state=DeliveryState.MUTED))
    while await outbox.publish(session, limit=EVENTS_AT_ONCE):
        pass  # they are numbered, and not sent
    for of_a_while in (SignedIn, SignInLink, JobProcess):
        await session.execute(delete(of_a_while))
    await request(session, EXTRACTION, SCAN, REVIEW, METRICS)


async def _swap(server: AsyncEngine, fresh: URL, url: URL) -> None:
    """In one transaction: there is no moment without a database of that name."""
    old, name = _beside(url, OLD), str(url.database)
    await _command(server, sql.dropped(old))
    try:
        async with server.begin() as transaction:
            await transaction.execute(sql.renamed(name, old))
            await transaction.execute(sql.renamed(str(fresh.database), name))
    except DBAPIError as error:
        if isinstance(error.orig, ObjectInUse):
            raise _busy() from None
        raise
    await _command(server, sql.dropped(old))
