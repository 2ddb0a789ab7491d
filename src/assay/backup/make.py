"""Making a backup: one moment of the whole database, while everything goes on."""

import asyncio
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit import chain
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.audit.queries import BACKUP_MADE
from assay.backup import file, keys, sql
from assay.backup.file import Sink
from assay.backup.head import Head
from assay.backup.programs import NEWEST_SERVER, Programs
from assay.clock import now
from assay.db import migrate
from assay.db.engine import Database
from assay.errors import Unavailable


async def make(database: Database, programs: Path, path: Path, *, key: Path | None, actor: Actor) -> Head:
    """Writes a backup to a new file, and notes it in the trail. `programs`: the folder of PostgreSQL's tools.

    Raises InvalidInput where the file is there, cannot be written or the key is none, and Unavailable where the
    database cannot be dumped. Then nothing is left of it.
    """
    file.refuse_taken(path)
    if key:
        keys.check_public(key)
    async with database.snapshot() as session:
        head = await _head(session, encrypted=key is not None)
        snapshot = await session.scalar(sql.SNAPSHOT)
        with file.written(path) as sink, Programs(programs, database.url).dump(str(snapshot)) as dump:
            await asyncio.to_thread(_write, sink, head, dump, key)
    async with database.transaction() as session:
        detail = {"file": path.name, "bytes": path.stat().st_size, "encrypted": head.encrypted}  # noqa: ASYNC240
        await record(session, actor, [Record(BACKUP_MADE, detail=detail)])
    return head


async def _head(session: AsyncSession, *, encrypted: bool) -> Head:
    number, major = (await session.execute(sql.SERVER)).one()
    if major > NEWEST_SERVER:
        raise Unavailable(
            f"The database runs on PostgreSQL {major}, and the tools that come with Assay read up to {NEWEST_SERVER}: "
            "upgrade Assay, or back it up with the pg_dump of that server."
        )
    return Head(
        at=now(),
        assay=version("assay"),
        revision=await migrate.revision(session) or "",
        postgres=number,
        encrypted=encrypted,
        counts=await count(session, list(await session.scalars(sql.TABLES))),
        anchor=str(await chain.anchor(session) or "") or None,
    )


async def count(session: AsyncSession, tables: Sequence[str]) -> dict[str, int]:
    """How many rows each has."""
    rows = await session.execute(sql.counted(tables))
    return {name: number for name, number in rows}  # noqa: C416  # for the types


def _write(sink: Sink, head: Head, dump: IO[bytes], key: Path | None) -> None:
    sink.write(head.line())
    if key:
        keys.encrypt(dump, sink, key)
    else:
        shutil.copyfileobj(dump, sink, file.PORTION)
