"""What people ask of an upload. Each action leaves the commit to its caller."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.locks import hold_until_commit
from assay.db.models import FINAL_IMPORT_STATES, Import, ImportState
from assay.errors import Conflict, InvalidInput, NotFound, TooMany
from assay.extraction.actions import check_source
from assay.imports.uploads import Uploads
from assay.readers.formats import reader_named
from assay.readers.options import Options
from assay.sources.actions import refuse_foreign

IMPORT: Final = "import"
MAX_FILE_NAME: Final = 120
MAX_OPEN: Final = 10
"""Imports of one user that have not ended."""
MAX_OPEN_SIZES: Final = 2
"""How many times the bytes of the largest import those of one user may have together."""
MAX_PIECE_BYTES: Final = 8 * 2**20
"""Bytes of an upload in one request."""
OPTIONS: Final = ("format", "channel", "author", "date", "zone", "encoding")
BEFORE_START: Final = (ImportState.CHECKED, ImportState.FAILED)


async def create(
    session: AsyncSession,
    *,
    file_name: str,
    size: int,
    most: int,
    source: str,
    options: Mapping[str, str | None],
    actor: Actor,
) -> Import:
    """Announces an upload of `size` bytes. `most`: how many an import may have.

    Raises InvalidInput for what cannot be read, Forbidden for a source of somebody else, TooMany.
    """
    if not 0 < size <= most:
        raise InvalidInput(f"An import has 1 to {most:,} bytes; this one has {size:,}.")
    _check_name(file_name)
    await _check(session, source, options, actor)
    await _check_room(session, size, most, actor)
    made = Import(
        id=new_id(),
        file_name=file_name,
        size=size,
        received=0,
        source=source,
        options=_given(options),
        state=ImportState.UPLOADING,
        created_by_user_id=actor.user_id,
        created_via=actor.via,
        created_by_token_id=actor.token_id,
        created_at=now(),
        changed_at=now(),
        **dict.fromkeys(("messages_done", "added", "edited", "unchanged", "erased", "left_out", "attempts"), 0),
    )
    session.add(made)
    await session.flush()
    return made


async def receive(
    session: AsyncSession, import_id: UUID, *, offset: int, content: bytes, uploads: Uploads, actor: Actor
) -> Import:
    """Takes the bytes that follow on `offset`. With the last one the import is looked at.

    Raises Conflict, with the place to go on from as `received`, where others are expected.
    """
    found = await held(session, import_id, actor=actor)
    if found.state is not ImportState.UPLOADING or offset != found.received:
        raise Conflict(
            f"The import {found.file_name!r} is {found.state}, with {found.received:,} of {found.size:,} bytes: "
            "go on from there.",
            received=found.received,
            state=found.state,
        )
    if not content or offset + len(content) > found.size:
        raise InvalidInput(f"A piece has 1 to {found.size - offset:,} bytes here; this one has {len(content):,}.")
    path = uploads.path(found.id, found.file_name)
    await asyncio.to_thread(uploads.append, path, offset, content)
    found.received = offset + len(content)
    if found.received == found.size:
        found.state = ImportState.CHECKING
    found.changed_at = now()
    return found


async def amend(
    session: AsyncSession,
    import_id: UUID,
    *,
    source: str | None = None,
    options: Mapping[str, str | None] | None = None,
    actor: Actor,
) -> Import:
    """Says otherwise how an export is to be read, and has it looked at anew. Raises Conflict once it was started."""
    found = await held(session, import_id, actor=actor)
    _refuse_unless(found, BEFORE_START, "changed")
    if found.started_at is not None:
        raise Conflict(f"The import of {found.file_name!r} was started: its options stay.", state=found.state)
    await _check(session, source or found.source, options or {}, actor)
    found.source = source or found.source
    found.options = _given(options) if options is not None else found.options
    found.state, found.error, found.preview, found.attempts = ImportState.CHECKING, None, None, 0
    found.changed_at = now()
    return found


async def start(session: AsyncSession, import_id: UUID, *, actor: Actor) -> Import:
    """Lets a looked-at import begin, or one that failed go on. Raises Conflict for any other."""
    found = await held(session, import_id, actor=actor)
    _refuse_unless(found, BEFORE_START, "started")
    if found.preview is None:
        raise Conflict(f"{found.file_name!r} could not be understood: {found.error}", state=found.state)
    await refuse_foreign(session, found.source, actor=actor)
    found.state, found.error, found.attempts = ImportState.RUNNING, None, 0
    found.started_at = found.started_at or now()
    found.changed_at = now()
    detail = {"file": found.file_name, "source": found.source, "messages": found.messages_total}
    await record(session, actor, [Record("import.started", found.id, IMPORT, detail=detail)])
    return found


async def cancel(session: AsyncSession, import_id: UUID, *, actor: Actor) -> Import:
    """Ends an import. What came in before stays. Raises Conflict for one that has ended."""
    found = await held(session, import_id, actor=actor)
    if found.state in FINAL_IMPORT_STATES:
        raise Conflict(f"The import of {found.file_name!r} is {found.state} already.", state=found.state)
    found.state, found.finished_at, found.changed_at = ImportState.CANCELLED, now(), now()
    detail = {"file": found.file_name, "source": found.source, "added": found.added, "edited": found.edited}
    await record(session, actor, [Record("import.cancelled", found.id, IMPORT, detail=detail)])
    return found


async def held(session: AsyncSession, import_id: UUID, *, actor: Actor) -> Import:
    """The import, which nobody else changes until the commit. Raises NotFound also for that of somebody else."""
    found = await session.get(Import, import_id, with_for_update={"key_share": True}, populate_existing=True)
    return refuse_hidden(found, import_id, actor)


def refuse_hidden(found: Import | None, import_id: UUID, actor: Actor) -> Import:
    """Raises NotFound for an import that is not there, or is not this person's."""
    if found is None or not (actor.is_admin or found.created_by_user_id == actor.user_id):
        raise NotFound(f"There is no import {import_id}.")
    return found


def _refuse_unless(found: Import, states: Collection[ImportState], done: str) -> None:
    if found.state not in states:
        raise Conflict(f"The import of {found.file_name!r} is {found.state}: it cannot be {done}.", state=found.state)


def _check_name(name: str) -> None:
    if len(name) > MAX_FILE_NAME or not name.isprintable() or name in (".", "..") or set(name) & set("/\\"):
        raise InvalidInput(f"A file name has 1 to {MAX_FILE_NAME} characters and names no folder.")
    if len(name.encode()) > 2 * MAX_FILE_NAME or not name.strip():
        raise InvalidInput("The file name is empty, or too long for a disk.")


async def _check(session: AsyncSession, source: str, options: Mapping[str, str | None], actor: Actor) -> None:
    check_source(source)
    parsed(options)
    if name := options.get("format"):
        reader_named(name)
    await refuse_foreign(session, source, actor=actor)


def parsed(options: Mapping[str, Any]) -> Options:
    """Raises InvalidInput for a zone, date or encoding that is none."""
    given = {name: options.get(name) for name in ("channel", "author", "zone", "encoding")}
    return Options.checked(**given, moment=options.get("date"))


def _given(options: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name in OPTIONS if (value := options.get(name))}


async def _check_room(session: AsyncSession, size: int, most: int, actor: Actor) -> None:
    """Raises TooMany where the imports of somebody that have not ended are many, or large, already."""
    await hold_until_commit(session, f"imports of {actor.user_id}")
    unfinished = select(func.count(), func.coalesce(func.sum(Import.size), 0)).select_from(Import)
    own = unfinished.where(Import.created_by_user_id == actor.user_id, Import.state.not_in(FINAL_IMPORT_STATES))
    number, taken = (await session.execute(own)).one()
    if number >= MAX_OPEN:
        raise TooMany(f"{actor.name} has {MAX_OPEN} imports under way: end one of them first.", retry_after=60)
    if taken + size > (room := MAX_OPEN_SIZES * most):
        raise TooMany(
            f"{actor.name} has imports of {taken:,} bytes under way, and with {size:,} more they would be over "
            f"{room:,}: end one of them first.",
            retry_after=60,
        )
