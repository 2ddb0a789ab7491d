"""Every change of this room: messages come in, and runs read them. Each action leaves the commit to its caller.

A run is claimed, read by the extractor with no transaction open, and stored or failed:

    claim -> extractor.extract(claim.window) -> store
                                                        on any error -> fail

One extraction job runs at a time in the whole cluster: the job runner holds a lock. So a run that `claim` finds
running belongs to a process that died, and is resumed.

What cannot be read never stops the rest. After a failure the messages are unread again, but behind those that failed
less often and in windows an eighth as large, until the guilty one is alone; at MAX_FAILED_READS it waits for a person.
A server that does not answer (Unavailable) is nobody's fault: it does not count.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Extraction, Extractor, Message, Window
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.bulk import insert_rows
from assay.db.locks import hold_until_commit
from assay.db.models import MAX_FAILED_READS, KnowledgeExtractionRun, RunStatus, TriggerType
from assay.errors import Conflict, InvalidInput, NotFound, PermanentError
from assay.extraction import statements as sql
from assay.extraction import tidy
from assay.extraction.drafting import Dropped, drafted, topic_names
from assay.extraction.incoming import NAME_LIMIT, IncomingMessage, portions, unfit
from assay.kinds import Kind
from assay.messaging.events import ExtractionCompleted, ExtractionFailed, ExtractionStarted
from assay.proposals import actions as proposals

RUN: Final = "extraction_run"
WINDOW: Final = 4_000
WINDOW_CHARACTERS: Final = 20_000_000
SHRINK: Final = 8
MOST_RESUMES: Final = 3
MOST_KNOWN_TOPICS: Final = 500
ERROR_LIMIT: Final = 2_000


@dataclass(frozen=True, slots=True)
class IngestReport:
    added: int = 0
    edited: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A window of messages that one run reads."""

    run_id: UUID
    messages: Sequence[Message]
    known_topics: Sequence[str]
    resumed: bool = False

    @property
    def window(self) -> Window:
        return Window(self.messages, known_topics=self.known_topics)


@dataclass(frozen=True, slots=True)
class Stored:
    """What one run proposed."""

    messages: int
    topics: int
    atoms: int
    dropped: Dropped = field(default_factory=Dropped)


async def ingest(
    session: AsyncSession, messages: Sequence[IncomingMessage], *, source: str, actor: Actor
) -> IngestReport:
    """Stores messages, each once, however often and from how many sides they come.

    New words for an id of the source become a new version of the message, which is unread.
    Raises InvalidInput when a message breaks a limit; then nothing is written.
    """
    _check(source, messages)
    await hold_until_commit(session, f"ingest {source}")
    versions: list[int] = []
    for portion in portions(messages):
        versions += await sql.add_versions(session, source, [_row(*each) for each in enumerate(portion)])
    added = versions.count(1)
    report = IngestReport(added, len(versions) - added, len(messages) - len(versions))
    if versions:
        await record(session, actor, [Record("messages.ingested", detail={"source": source, **asdict(report)})])
    return report


def _check(source: str, messages: Sequence[IncomingMessage]) -> None:
    if sentence := unfit("source", source, NAME_LIMIT):
        raise InvalidInput(sentence)
    at = now()
    for place, message in enumerate(messages, 1):
        if sentence := message.problem(at):
            raise InvalidInput(f"Message {place} of {len(messages)}: {sentence}")


def _row(position: int, message: IncomingMessage) -> dict[str, object]:
    return {"position": position, "id": new_id(), **asdict(message)}


async def claim(
    session: AsyncSession, *, extractor: Extractor, trigger: TriggerType, actor: Actor, limit: int = WINDOW
) -> Claim | None:
    """Takes up the run that a dead process left, or starts one over the oldest unread messages, if there are any."""
    run_id = interrupted = await _take_up(session, extractor, actor)
    if interrupted:
        messages = await sql.assigned(session, interrupted)
    else:
        messages = await sql.hold_unread(session, _sizes(limit), WINDOW_CHARACTERS)
        run_id = await _start(session, messages, extractor, trigger, actor, limit) if messages else None
    if run_id is None:
        return None
    known = await sql.known_topics(session, MOST_KNOWN_TOPICS)
    return Claim(run_id, messages, known, resumed=interrupted is not None)


def _sizes(limit: int) -> list[int]:
    """Messages a window after 0, 1, 2... failures. The last attempt is of one message, so that no other is blamed."""
    return [max(limit // SHRINK**failures, 1) for failures in range(MAX_FAILED_READS - 1)] + [1]


def _reader(extractor: Extractor) -> dict[str, str]:
    return {
        "extractor": extractor.name,
        "model_name": extractor.model,
        "prompt_version": extractor.prompt_version,
    }


async def _take_up(session: AsyncSession, extractor: Extractor, actor: Actor) -> UUID | None:
    """Resumes a run. One that died again and again is failed, for its messages may be what kills the process."""
    while found := await sql.hold_interrupted_run(session):
        run_id, resumes = found
        if resumes < MOST_RESUMES:
            await sql.change_run(session, run_id, [RunStatus.RUNNING], **_reader(extractor))
            await record(session, actor, [Record("extraction.resumed", run_id, RUN)])
            return run_id
        error = PermanentError(f"The process died {resumes + 1} times while it read these messages.")
        await fail(session, run_id, error, actor=actor)
    return None


async def _start(
    session: AsyncSession,
    messages: Sequence[Message],
    extractor: Extractor,
    trigger: TriggerType,
    actor: Actor,
    limit: int,
) -> UUID:
    run_id, at = new_id(), now()
    run = {
        "id": run_id,
        "trigger_type": trigger,
        "triggered_by_user_id": actor.user_id,
        "status": RunStatus.RUNNING,
        "time_window_start": messages[0].sent_at,
        "time_window_end": messages[-1].sent_at,
        "config_snapshot": {"limit": limit, "messages": len(messages)},
        **_reader(extractor),
        "created_at": at,
        "started_at": at,
    }
    await insert_rows(session, KnowledgeExtractionRun, [run])
    await sql.assign(session, run_id, [message.id for message in messages])
    started = ExtractionStarted(run_id, len(messages))
    await record(session, actor, [Record.of(started, subject_id=run_id, entity_type=RUN)])
    return run_id


async def store(session: AsyncSession, claim: Claim, extraction: Extraction, *, actor: Actor) -> Stored:
    """Proposes what was found and completes the run: both or neither.

    Raises Conflict when the run is no longer running; then nothing is written.
    """
    known = await sql.taken_topics(session, topic_names(extraction))
    drafts, dropped = drafted(extraction, claim.messages, known)
    topics = sum(draft.kind is Kind.TOPIC for draft in drafts)
    stored = Stored(len(claim.messages), topics, len(drafts) - topics, dropped)
    await _complete(session, claim.run_id, stored, extraction)
    await proposals.propose(session, drafts, run_id=claim.run_id, actor=actor)
    await sql.mark_read(session, claim.run_id, now())
    completed = ExtractionCompleted(claim.run_id, stored.messages, stored.topics, stored.atoms)
    detail = {"dropped": asdict(dropped)}
    await record(session, actor, [Record.of(completed, subject_id=claim.run_id, entity_type=RUN, detail=detail)])
    return stored


async def _complete(session: AsyncSession, run_id: UUID, stored: Stored, extraction: Extraction) -> None:
    done = await sql.change_run(
        session,
        run_id,
        [RunStatus.RUNNING],
        status=RunStatus.COMPLETED,
        messages_analyzed=stored.messages,
        topic_proposals_created=stored.topics,
        atom_proposals_created=stored.atoms,
        llm_tokens_used=min(max(extraction.tokens_used, 0), tidy.LARGEST),
        cost_estimate=extraction.cost if 0 < extraction.cost < tidy.LARGEST else 0.0,
        completed_at=now(),
        error=None,
    )
    if not done:
        raise await _not_in_state(session, run_id, "store what it found")


async def fail(session: AsyncSession, run_id: UUID, error: Exception, *, actor: Actor, blame: bool = True) -> bool:
    """Ends a running run with an error and makes its messages unread again. False: it was not running any more.

    `blame`: the messages may be the cause, so that it counts as a failed read of each.
    """
    words = tidy.words(str(error), ERROR_LIMIT) or type(error).__name__
    ending = {"status": RunStatus.FAILED, "error": words, "completed_at": now()}
    if not await sql.change_run(session, run_id, [RunStatus.RUNNING], **ending):
        return False
    failures = await sql.give_back(session, run_id, failed=blame)
    detail = {"messages": len(failures), "set_aside": sum(each >= MAX_FAILED_READS for each in failures)}
    failed = ExtractionFailed(run_id, words)
    await record(session, actor, [Record.of(failed, subject_id=run_id, entity_type=RUN, detail=detail)])
    return True


async def cancel(session: AsyncSession, run_id: UUID, *, actor: Actor) -> None:
    """Stops a run: what it finds is not stored, and its messages are unread again.

    Raises Conflict when the run has ended, NotFound when there is none.
    """
    unfinished = [RunStatus.PENDING, RunStatus.RUNNING]
    if not await sql.change_run(session, run_id, unfinished, status=RunStatus.CANCELLED, completed_at=now()):
        raise await _not_in_state(session, run_id, "cancel it")
    failures = await sql.give_back(session, run_id, failed=False)
    await record(session, actor, [Record("extraction.cancelled", run_id, RUN, detail={"messages": len(failures)})])


async def _not_in_state(session: AsyncSession, run_id: UUID, wish: str) -> Conflict | NotFound:
    run = await session.get(KnowledgeExtractionRun, run_id)
    if run is None:
        return NotFound(f"There is no extraction run {run_id}.")
    return Conflict(f"Extraction run {run_id} is {run.status}: too late to {wish}.")


async def delete_orphans(session: AsyncSession, *, older_than: datetime, actor: Actor) -> int:
    """Deletes runs in a final state, created before `older_than`, that have no proposals. Messages stay read."""
    runs = await sql.delete_empty_runs(session, older_than)
    await record(session, actor, [Record("extraction.deleted", run.pop("id"), RUN, detail=run) for run in runs])
    return len(runs)
