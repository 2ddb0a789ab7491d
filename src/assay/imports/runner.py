"""What is done with uploads outside the requests: they are looked at, brought in, and tidied away.

An import belongs to the process that holds its lock, and the lock goes with the connection. Another process, or the
same after a restart, takes up what was left and goes on after the last message that was stored.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.requester import requester_as_actor
from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM, Actor
from assay.background_tasks import background, is_cancelled, run_every
from assay.clock import now
from assay.db import troubles
from assay.db.engine import Database, PoolLimits, first_line
from assay.db.locks import held
from assay.db.models import FINAL_IMPORT_STATES, Import, ImportState
from assay.errors import AssayError
from assay.extraction import actions as extraction
from assay.extraction.portions import MAX_PORTION, portions
from assay.imports.actions import IMPORT, parsed
from assay.imports.uploads import Uploads
from assay.readers.preview import MAX_SENTENCE, Preview
from assay.readers.reading import Reading, plain, reading
from assay.readers.records import IncomingMessage

LIMITS: Final = PoolLimits(2, overflow=3, for_connection=30, for_statement=600, for_lock=120)
POLL_SECONDS: Final = 5.0
KEPT_FOR: Final = timedelta(days=2)
"""How long an upload waits for its next piece, or for somebody who starts it."""
MAX_ATTEMPTS: Final = 5
MAX_CHANNELS_KEPT: Final = 500
MAX_PEOPLE_KEPT: Final = 50
"""Of a preview, that the row keeps."""

FORSAKEN: Final = "Nobody went on with it."
TIDY_SECONDS: Final = 600

Act = Callable[[UUID], Awaitable[None]]
log = structlog.get_logger(__name__)


class Stopped(Exception):  # not an error: somebody cancelled it
    """The import is no longer in the state in which it was taken up."""


@dataclass(slots=True)
class ImportRunner:
    """Works off the imports whose files are on this machine, one of each state at a time."""

    database: Database
    uploads: Uploads
    _woken: dict[ImportState, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Works for the length of the block. A preview does not wait for the import of somebody else."""
        async with (
            background(self._for_ever(ImportState.CHECKING, self._look_at)),
            background(self._for_ever(ImportState.RUNNING, self._bring_in)),
            background(run_every(TIDY_SECONDS, self.tidy, _tell)),
        ):
            yield
        await self.database.close()

    def wake(self) -> None:
        """Something may be there to be done, and is committed."""
        for event in self._woken.values():
            event.set()

    async def _for_ever(self, state: ImportState, act: Act) -> None:
        woken = self._woken[state]
        while not is_cancelled():
            woken.clear()
            try:
                while await self.work_on_next(state, act):
                    pass
            except Exception as error:  # noqa: BLE001  # the database may be away for a while
                _tell(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await woken.wait()

    async def work_on_next(self, state: ImportState, act: Act) -> bool:
        """Works on the one that waits longest and that nobody works on. False where there is none."""
        if not (here := await asyncio.to_thread(self.uploads.ids)):
            return False
        async with self.database.transaction() as session:
            waiting = select(Import).where(Import.state == state, Import.id.in_(here))
            waiting = waiting.order_by(Import.changed_at, Import.id)  # whoever asks again and again waits again
            found = (await session.scalars(waiting)).all()
        for each in found:
            if self.uploads.has(self.path(each), each.size):
                async with held(self.database.engine, f"import:{each.id}") as won:
                    if won and await self._take_up(each.id, state):
                        await self._guarded(each.id, state, act)
                        return True
        return False

    def path(self, found: Import) -> Path:
        return self.uploads.path(found.id, found.file_name)

    async def _take_up(self, import_id: UUID, state: ImportState) -> bool:
        """Counts the attempt, so that an export that kills its process does not do so for ever."""
        async with self.database.transaction() as session:
            found = await session.get(Import, import_id, with_for_update=True)
            if found is None or found.state is not state:
                return False
            found.attempts += 1
            if found.attempts > MAX_ATTEMPTS:
                _fail(found, f"It was tried {MAX_ATTEMPTS} times, and each time it was cut off.")
            return found.state is state

    async def _guarded(self, import_id: UUID, state: ImportState, act: Act) -> None:
        try:
            await act(import_id)
        except Stopped:
            pass
        except AssayError as refusal:
            await self._failed(import_id, state, str(refusal))
        except Exception as error:
            if troubles.is_trouble(error):
                raise
            log.exception("import_failed", import_id=str(import_id))
            await self._failed(import_id, state, f"Something went wrong on our side: {type(error).__name__}.")

    async def _failed(self, import_id: UUID, state: ImportState, sentence: str) -> None:
        async with self.database.transaction() as session:
            found = await session.get(Import, import_id, with_for_update=True)
            if found is not None and found.state is state:
                _fail(found, _without_place(sentence, self.path(found)))
                detail = {"file": found.file_name, "source": found.source, "error": found.error}
                await record(session, SYSTEM, [Record("import.failed", found.id, IMPORT, detail=detail)])

    async def _look_at(self, import_id: UUID) -> None:
        """Reads all of it and keeps what was understood."""
        found = await self._row(import_id)
        with self._opened(found) as read:
            await asyncio.to_thread(read.check)
            seen, total = Preview(read), 0
            batches = portions(seen.counted())
            while portion := await _read(batches):
                total += len(portion)
                async with self.database.transaction() as session:
                    await _refuse_stopped(session, import_id, ImportState.CHECKING)
                    compared = await extraction.compare(session, portion, source=found.source)
                seen.new += compared.new
                seen.edited += compared.edited
                seen.known += compared.known
        async with self.database.transaction() as session:
            found = await _refuse_stopped(session, import_id, ImportState.CHECKING)
            found.preview, found.messages_total = _kept(seen, self.path(found)), total
            found.state, found.attempts, found.changed_at = ImportState.CHECKED, 0, now()

    async def _bring_in(self, import_id: UUID) -> None:
        """Stores what is new, from where it was left, a portion a transaction."""
        found = await self._row(import_id)
        with self._opened(found) as read:
            seen = Preview(read)
            batches = portions(islice(seen.counted(), found.messages_done, None))
            while portion := await _read(batches):
                await self._store(import_id, found.source, portion)
        await self._take_back(import_id, found.source, seen.deleted_ids)
        await self._complete(import_id, seen.bad_records)

    async def _store(self, import_id: UUID, source: str, portion: list[IncomingMessage]) -> None:
        async with self.database.transaction() as session:
            actor = await _actor(session, await session.get_one(Import, import_id))
            report = await extraction.ingest(session, portion, source=source, actor=actor, import_id=import_id)
            found = await _refuse_stopped(session, import_id, ImportState.RUNNING)
            found.added += report.added
            found.edited += report.edited
            found.unchanged += report.unchanged
            found.erased += report.erased
            found.messages_done += len(portion)
            found.attempts, found.changed_at = 0, now()

    async def _take_back(self, import_id: UUID, source: str, ids: Sequence[str]) -> None:
        """What the export says was deleted since."""
        for start in range(0, len(ids), MAX_PORTION):
            async with self.database.transaction() as session:
                found = await _refuse_stopped(session, import_id, ImportState.RUNNING)
                gone = ids[start : start + MAX_PORTION]
                await extraction.delete(session, gone, source=source, actor=await _actor(session, found))

    async def _complete(self, import_id: UUID, left_out: int) -> None:
        async with self.database.transaction() as session:
            found = await _refuse_stopped(session, import_id, ImportState.RUNNING)
            found.left_out, found.state = left_out, ImportState.COMPLETED
            found.finished_at = found.changed_at = now()
            counts = {name: getattr(found, name) for name in ("added", "edited", "unchanged", "erased", "left_out")}
            detail = {"file": found.file_name, "source": found.source, **counts}
            actor = await _actor(session, found)
            await record(session, actor, [Record("import.completed", found.id, IMPORT, detail=detail)])
        await asyncio.to_thread(self.uploads.drop, import_id)

    def _opened(self, found: Import) -> AbstractContextManager[Reading]:
        return reading(self.path(found), parsed(found.options), found.options.get("format"))

    async def _row(self, import_id: UUID) -> Import:
        async with self.database.transaction() as session:
            return await session.get_one(Import, import_id)

    async def tidy(self) -> None:
        """Deletes files that nobody needs, and gives up imports that came no further for long."""
        here = await asyncio.to_thread(self.uploads.ids)
        async with self.database.transaction() as session:
            unfinished = Import.state.not_in(FINAL_IMPORT_STATES)
            stale = update(Import).where(unfinished, Import.changed_at < now() - KEPT_FOR)
            await session.execute(stale.values(state=ImportState.CANCELLED, error=FORSAKEN, finished_at=now()))
            wanted = set(await session.scalars(select(Import.id).where(Import.id.in_(here), unfinished)))
        for import_id in set(here) - wanted:
            await asyncio.to_thread(self.uploads.drop, import_id)


async def _refuse_stopped(session: AsyncSession, import_id: UUID, state: ImportState) -> Import:
    """The row, held until the commit. Raises Stopped where somebody cancelled it meanwhile."""
    found = await session.get(Import, import_id, with_for_update=True, populate_existing=True)
    if found is None or found.state is not state:
        raise Stopped
    return found


async def _actor(session: AsyncSession, found: Import) -> Actor:
    return await requester_as_actor(
        session, found.created_by_user_id, via=found.created_via, token_id=found.created_by_token_id
    )


def _fail(found: Import, sentence: str) -> None:
    found.state, found.error, found.changed_at = ImportState.FAILED, sentence, now()


def _without_place(sentence: str, path: Path) -> str:
    """A sentence about a file, without its folder on the server, as a database takes it."""
    return plain(sentence.replace(str(path), path.name), MAX_SENTENCE)


def _kept(seen: Preview, path: Path) -> dict[str, Any]:
    """The preview, with its longest lists cut off and counted."""
    document = seen.document()
    for bad in document["bad"]:
        bad["why"] = _without_place(bad["why"], path)
    document["warnings"] = [_without_place(each, path) for each in document["warnings"]]
    channels = document["channels"]
    for each in channels[:MAX_CHANNELS_KEPT]:
        each["people_total"] = len(each["people"])
        each["people"], each["bots"] = each["people"][:MAX_PEOPLE_KEPT], each["bots"][:MAX_PEOPLE_KEPT]
    return {**document, "channels": channels[:MAX_CHANNELS_KEPT], "channels_total": len(channels)}


async def _read(batches: Iterator[list[IncomingMessage]]) -> list[IncomingMessage] | None:
    """The next of them, read in a thread, so that the web app answers meanwhile. None after the last."""
    reading_on = asyncio.ensure_future(asyncio.to_thread(next, batches, None))
    try:
        return await asyncio.shield(reading_on)
    except asyncio.CancelledError:
        await asyncio.wait([reading_on])  # the thread still has the file
        raise


def _tell(error: Exception) -> None:
    log.warning("imports_wait", reason=first_line(error))
