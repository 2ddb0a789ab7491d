"""Records come back into an empty Assay, with their ids, decisions, revisions and evidence: all of them, or none."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any, Final

from sqlalchemy import cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db import migrate, troubles
from assay.db.base import Base
from assay.db.engine import Database, first_line
from assay.db.models import SYSTEM_USER_ID, OutboxEntry
from assay.errors import Conflict, InvalidInput
from assay.export import sql
from assay.export.tables import FORMAT, KEPT, SECRET, VERSION
from assay.lines import BadLine, open_file, read_lines
from assay.messaging.requests import METRICS, REVIEW, SCAN, request

FindActor = Callable[[AsyncSession], Awaitable[Actor]]
ROWS_AT_ONCE: Final = 1_000
SIZE_AT_ONCE: Final = 16 * 2**20
"""Characters. The database takes 256 MiB as one value."""
MAX_RECORD_BYTES: Final = 2**30
"""As much as the database gives out. What one Assay wrote another takes, however odd its messages are."""


async def restore(database: Database, path: Path, *, actor_of: FindActor, with_admins: bool = False) -> dict[str, int]:
    """Brings back an export. Returns how many records of each table there were.

    `actor_of`: who does it, found once the users are back. `with_admins`: who was an admin is one again; else a
    reviewer, for a file is no proof of what somebody may do. Raises InvalidInput for a file that is none, is damaged or
    is of a newer version, and Conflict where the database is not empty; then nothing is changed.
    """
    try:
        return await _restore(database, path, actor_of, with_admins=with_admins)
    except DBAPIError as error:
        if troubles.is_trouble(error):
            raise
        raise InvalidInput(f"{path} holds records that do not fit together: {first_line(error)}.") from None


async def _restore(database: Database, path: Path, actor_of: FindActor, *, with_admins: bool) -> dict[str, int]:
    async with database.transaction() as session:
        await _refuse_used(session)
        await session.execute(sql.MAKE_RESTORED)
        counts = await _load(session, path)
        for name in KEPT:
            if name == "outbox":
                await session.execute(delete(OutboxEntry))  # a trigger wrote it, as if all had just happened
            await _insert(session, name, with_admins=with_admins)
        await _number_on(session)
        actor = await actor_of(session)
        await record(session, actor, [Record("records.restored", detail={"file": path.name, **counts})])
        await request(session, SCAN, REVIEW, METRICS)
    return counts


async def _refuse_used(session: AsyncSession) -> None:
    """Raises Conflict where there is anything but what the migrations made."""
    for name in KEPT:
        table = Base.metadata.tables[name]
        anything = select(literal(1)).select_from(table)
        if name == "users":
            anything = anything.where(table.c.id != SYSTEM_USER_ID)
        if await session.scalar(select(anything.exists())):
            raise Conflict(
                f"This Assay is not empty: there are {name.replace('_', ' ')}. Records come back into a new one: set "
                "ASSAY_HOME to a new folder, or DATABASE_URL to an empty database."
            )


async def _load(session: AsyncSession, path: Path) -> dict[str, int]:
    """Puts the records beside the tables, and checks that none is missing."""
    counts = dict.fromkeys(KEPT, 0)
    for batch in _batches(_rows(path)):
        counts.update(Counter(counts) + Counter(name for name, _ in batch))
        await session.execute(sql.LOAD, {"rows": f"[{','.join(packed for _, packed in batch)}]"})
    return counts


def _batches(rows: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Some at a time, few of them where they are large."""
    batch, size = list[tuple[str, str]](), 0
    for row in rows:
        batch.append(row)
        size += len(row[1])
        if len(batch) >= ROWS_AT_ONCE or size >= SIZE_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """The name of each record's table, and the record with it as JSON.

    Raises InvalidInput, also at the end: where the last line does not count what came before it.
    """
    documents = _documents(path)
    _check_header(path, next(documents, None))
    counts, end = dict.fromkeys(KEPT, 0), None
    for each in documents:
        if end is not None:
            raise InvalidInput(f"{path} is damaged: something follows its last line.")
        if "end" in each:
            end = each["end"]
            continue
        _check_row(path, each)
        counts[each["table"]] += 1
        yield each["table"], json.dumps({"name": each["table"], "row": each["row"]})
    if not isinstance(end, dict) or {**dict.fromkeys(KEPT, 0), **end} != counts:
        raise InvalidInput(f"{path} is incomplete: its last line, which counts the records, is missing or differs.")


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    for line in read_lines(open_file(path), str(path), longest=MAX_RECORD_BYTES, ratio=inf):
        if isinstance(line, BadLine):
            raise InvalidInput(f"{path}, line {line.number:,}: {line.sentence}")
        try:
            document = json.loads(line.text)
        except (ValueError, RecursionError):
            raise InvalidInput(f"{path}, line {line.number:,} is not JSON: the file is damaged.") from None
        if not isinstance(document, dict):
            raise InvalidInput(f"{path}, line {line.number:,} is not a record.")
        yield document


def _check_header(path: Path, header: dict[str, Any] | None) -> None:
    if header is None or header.get("format") != FORMAT:
        raise InvalidInput(f"{path} is not an export of Assay (its first line would say so). Chats go to: assay ingest")
    if header.get("version") != VERSION or str(header.get("revision", "9999")) > migrate.newest():
        raise InvalidInput(f"{path} was written by a newer Assay: upgrade this one first.")


def _check_row(path: Path, document: dict[str, Any]) -> None:
    if document.get("table") not in KEPT or not isinstance(document.get("row"), dict):
        raise InvalidInput(f"{path} holds a line that is not a record of Assay: {str(document)[:80]}")


async def _insert(session: AsyncSession, name: str, *, with_admins: bool) -> None:
    """One statement a table: so records may name each other in whatever order they come."""
    stay, exported = SECRET.get(name, ()), await _exported_columns(session, name)
    known = [column.name for column in Base.metadata.tables[name].columns if column.name not in stay]
    if not (columns := [each for each in known if each in exported]):
        return
    await session.execute(sql.records_inserted(name, columns, with_admins=with_admins), {"name": name})


async def _exported_columns(session: AsyncSession, name: str) -> set[str]:
    """Those that the export has. What is new since takes its default."""
    return set(await session.scalars(sql.EXPORTED_COLUMNS, {"name": name}))


async def _number_on(session: AsyncSession) -> None:
    """The next numbers follow on those that came back."""
    for name, column in _numbered():
        numbers = Base.metadata.tables[name].c[column]
        sequence, newest = func.pg_get_serial_sequence(name, column), select(func.coalesce(func.max(numbers), 1))
        following = func.greatest(newest.scalar_subquery(), func.nextval(cast(sequence, REGCLASS)))
        await session.execute(select(func.setval(cast(sequence, REGCLASS), following)))


def _numbered() -> Sequence[tuple[str, str]]:
    return [
        (name, column.name)
        for name in KEPT
        for column in Base.metadata.tables[name].columns
        if column.identity is not None
    ]
