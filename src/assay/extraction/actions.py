"""Changes that people and jobs ask for: messages come in, a run is cancelled, old runs are deleted.

Each action leaves the commit to its caller. How a run reads is the subject of `runs`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import md5
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.locks import hold_until_commit
from assay.db.models import RunStatus
from assay.errors import InvalidInput
from assay.extraction import run_changes
from assay.extraction.portions import portions
from assay.extraction.runs import RUN, not_in_state
from assay.extraction.sql import messages as sql
from assay.extraction.sql import runs as run_sql
from assay.extraction.sql.erasure import erased_before, keep_out
from assay.readers.quotes import words_of_others
from assay.readers.records import MAX_NAME, IncomingMessage, unfit
from assay.sources.actions import admit


@dataclass(frozen=True, slots=True)
class IngestReport:
    added: int = 0
    edited: int = 0
    unchanged: int = 0
    erased: int = 0
    """Left out, for they were erased before, or deleted before they came in."""


async def ingest(
    session: AsyncSession,
    messages: Sequence[IncomingMessage],
    *,
    source: str,
    actor: Actor,
    import_id: UUID | None = None,
) -> IngestReport:
    """Stores messages, each once, however often and from how many sides they come, with who wrote them in.

    New words for an id of the source become a new version of the message, which is unread. What was erased or deleted
    stays out.
    Raises InvalidInput when a message breaks a limit, Forbidden where the actor may not write to the source, and
    Conflict for a new source that looks like another; then nothing is written.
    """
    check_source(source)
    _check(messages)
    if messages:
        await hold_until_commit(session, f"ingest {source}")
        await admit(session, source, actor=actor)
    erased = await erased_before(session, source, [known for each in messages for known in each.known_ids])
    fresh = [each for each in messages if erased.isdisjoint(each.known_ids)]
    versions: list[int] = []
    for portion in portions(fresh):
        rows = [_row(*each) for each in enumerate(portion)]
        new = await sql.add_versions(session, source, rows, writer=actor, import_id=import_id)
        names = [external_id for _, external_id in new]
        await sql.note_changed(
            session, "m.source = :source AND m.external_id = ANY(:names)", source=source, names=names
        )
        versions += [version for version, _ in new]
    added = versions.count(1)
    edited, unchanged = len(versions) - added, len(fresh) - len(versions)
    report = IngestReport(added, edited, unchanged, len(messages) - len(fresh))
    if versions:
        await record(session, actor, [Record("messages.ingested", detail={"source": source, **asdict(report)})])
    return report


async def delete(
    session: AsyncSession, external_ids: Sequence[str], *, source: str, actor: Actor, at: datetime | None = None
) -> int:
    """Takes back messages that their authors deleted where they stood: nobody reads them any more, what they said
    before is kept as older versions, and what rests on it is looked at again. Returns how many there were. One that
    is not there yet stays out when it comes.

    `at`: when that was; else now. Raises Forbidden where the actor may not write to the source.
    """
    if not external_ids:
        return 0
    await hold_until_commit(session, f"ingest {source}")
    await admit(session, source, actor=actor)
    await keep_out(session, source, external_ids)
    rows = [{"id": new_id(), "external_id": each} for each in dict.fromkeys(external_ids)]
    names = await sql.add_deletions(session, source, rows, writer=actor, at=at or now())
    if names:
        await sql.note_changed(
            session, "m.source = :source AND m.external_id = ANY(:names)", source=source, names=names
        )
        detail = {"source": source, "deleted": len(names)}
        await record(session, actor, [Record("messages.deleted", detail=detail)])
    return len(names)


def check_source(name: str) -> None:
    """Raises InvalidInput where no source may be called so."""
    if sentence := unfit("source", name, MAX_NAME):
        raise InvalidInput(sentence)


def _check(messages: Sequence[IncomingMessage]) -> None:
    at = now()
    for place, message in enumerate(messages, 1):
        if sentence := message.problem(at):
            raise InvalidInput(f"Message {place} of {len(messages)}: {sentence}")


def _row(position: int, message: IncomingMessage) -> dict[str, object]:
    return {
        "position": position,
        "id": new_id(),
        "external_id": message.external_id,
        "former_id": message.former_id,
        "channel": message.channel,
        "author": message.author,
        "author_id": message.author_id,
        "sent_at": message.sent_at,
        "edited_at": message.edited_at,
        "text": message.text,
        "thread": message.thread,
        "is_bot": message.is_bot,
        "quoted": words_of_others(message) or None,
        "forwarded_from": message.forwarded_from,
        "permalink": message.permalink,
        "reactions": message.reactions or None,
    }


async def compare(session: AsyncSession, messages: Sequence[IncomingMessage], *, source: str) -> sql.Compared:
    """How much of these messages is new to the source. What is kept out of it counts as known. Writes nothing."""
    gone = await erased_before(session, source, [known for each in messages for known in each.known_ids])
    fresh = [each for each in messages if gone.isdisjoint(each.known_ids)]
    rows = [
        {
            "external_id": each.external_id,
            "former_id": each.former_id,
            "digest": md5(each.text.encode(), usedforsecurity=False).hexdigest(),
            "is_version": each.is_version,
            "edited_at": each.edited_at,
        }
        for each in fresh
    ]
    found = await sql.compare(session, source, rows)
    return replace(found, known=found.known + len(messages) - len(fresh))


async def cancel(session: AsyncSession, run_id: UUID, *, actor: Actor) -> None:
    """Stops a run: what it finds is not stored, and its messages are unread again.

    Raises Conflict when the run has ended, NotFound when there is none.
    """
    unfinished = [RunStatus.PENDING, RunStatus.RUNNING]
    if not await run_changes.change_run(session, run_id, unfinished, status=RunStatus.CANCELLED, completed_at=now()):
        raise await not_in_state(session, run_id, "cancel it")
    failures = await run_sql.give_back(session, run_id, None, failed=False)
    await record(session, actor, [Record("extraction.cancelled", run_id, RUN, detail={"messages": len(failures)})])


async def delete_orphans(session: AsyncSession, *, older_than: datetime, actor: Actor) -> int:
    """Deletes runs in a final state, created before `older_than`, that have no proposals. Messages stay read."""
    runs = await run_changes.delete_empty_runs(session, older_than)
    await record(session, actor, [Record("extraction.deleted", run.pop("id"), RUN, detail=run) for run in runs])
    return len(runs)
