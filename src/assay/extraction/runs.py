"""How messages are read: one extraction run after the other. Each action leaves the commit to its caller.

A run is claimed and planned; each window of it is read by the extractor with no transaction open, and stored or given
back; at the end the run is concluded:

    claim -> (extractor.extract(window) -> store | on an error -> give_back) for each window -> conclude

What a window taught is on record with that window, so a run that dies has lost nothing but what was in flight. One
extraction job runs at a time in the whole cluster: the job runner holds a lock. So a run that `claim` finds running
belongs to a process that died, and is resumed with what it has not read.

What cannot be read never stops the rest. After a failure the messages are unread again, but behind those that failed
less often and in windows an eighth as large, until the guilty one is alone; at MAX_FAILED_READS it waits for a person.
A server that does not answer is nobody's fault: it does not count.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.budget import BudgetSpent
from assay.ai.conversations import blocks
from assay.ai.extractor import Extraction, Extractor, Message, Window
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.bulk import insert_rows
from assay.db.models import MAX_FAILED_READS, KnowledgeExtractionRun, RunStatus, TriggerType
from assay.errors import AssayError, Conflict, NotFound, PermanentError
from assay.extraction import known_context, objections, restatements, run_changes, sanitize
from assay.extraction.confidence import weighed
from assay.extraction.drafts import drafted, topic_names, without_topics
from assay.extraction.restatements import SortedOut
from assay.extraction.sql import runs as sql
from assay.extraction.windows import AFTERWARDS, ReadingPlan, planned_apart
from assay.kinds import Kind
from assay.messaging.events import ExtractionCompleted, ExtractionFailed, ExtractionStarted
from assay.proposals import actions as proposals
from assay.proposals import dispute, evidence
from assay.proposals.drafts import Draft
from assay.sources.queries import trusted_among

RUN: Final = "extraction_run"
MAX_MESSAGES: Final = 4_000
MAX_CHARACTERS: Final = 20_000_000
MAX_RESUMES: Final = 3
ERROR_LIMIT: Final = 2_000


class OutOfTime(AssayError):
    """The reading took longer than it may. Nobody is to blame."""


ENDED_EARLY: Final = (BudgetSpent, OutOfTime)


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """What one run is to read."""

    run_id: UUID
    windows: Sequence[Window]
    noise: int = 0
    """Messages of machines, which are read without a model."""
    resumed: bool = False

    @property
    def messages(self) -> list[Message]:
        """Everything that is to be read, oldest first."""
        read = (message for window in self.windows for message in window.messages)
        return sorted(read, key=lambda message: message.place_in_time)


@dataclass(frozen=True, slots=True)
class Stored:
    """What one window taught."""

    messages: int = 0
    topics: int = 0
    atoms: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


async def claim(
    session: AsyncSession, *, extractor: Extractor, trigger: TriggerType, actor: Actor, limit: int = MAX_MESSAGES
) -> ClaimedRun | None:
    """Takes up the run that a dead process left, or starts one over the oldest unread messages, if there are any.

    What only machines said is marked as read at once: no model is asked about it.
    """
    run_id = interrupted = await _take_up(session, extractor, actor)
    if interrupted:
        held = await sql.assigned(session, interrupted)
    else:
        held = await sql.hold_unread(session, limit, MAX_CHARACTERS)
        run_id = await _start(session, held.messages, extractor, trigger, actor, limit) if held.messages else None
    if run_id is None:
        return None
    plan = await _planned(session, run_id, held, extractor)
    await _mark_read(session, run_id, plan.noise, Stored(len(plan.noise)), Extraction())
    return ClaimedRun(run_id, plan.windows, len(plan.noise), resumed=interrupted is not None)


async def _planned(session: AsyncSession, run_id: UUID, held: sql.Held, extractor: Extractor) -> ReadingPlan:
    edges = [{"first": block[0].id, "last": block[-1].id} for block in blocks(held.messages)]
    most = extractor.limits.context
    beside = await sql.neighbours(session, run_id, edges, before=most, after=min(most, AFTERWARDS))
    trusted = await trusted_among(session, {message.source for message in held.messages})
    return planned_apart(held.messages, beside, trusted, extractor.limits, held.failures)


def _reader(extractor: Extractor) -> dict[str, str]:
    return {
        "extractor": extractor.name,
        "model_name": extractor.model,
        "prompt_version": extractor.prompt_version,
    }


async def _take_up(session: AsyncSession, extractor: Extractor, actor: Actor) -> UUID | None:
    """Resumes a run. One that died again and again is failed, for its messages may be what kills the process."""
    while found := await run_changes.hold_interrupted_run(session):
        run_id, resumes = found
        if resumes < MAX_RESUMES:
            await run_changes.change_run(session, run_id, [RunStatus.RUNNING], **_reader(extractor))
            await record(session, actor, [Record("extraction.resumed", run_id, RUN)])
            return run_id
        error = PermanentError(f"The process died {resumes + 1} times while it read these messages.")
        await give_back(session, run_id, None)
        await conclude(session, run_id, error, actor=actor)
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


async def store(session: AsyncSession, run_id: UUID, window: Window, extraction: Extraction, *, actor: Actor) -> Stored:
    """Proposes what a window taught and marks it as read: both or neither.

    Raises Conflict when the run is no longer running; then nothing is written.
    """
    names = topic_names(extraction)
    extraction = without_topics(extraction, await known_context.rejected_topics(session, names))
    known = await known_context.taken_topics(session, names)
    drafts, dropped = drafted(extraction, window, known)
    found = await _sorted_out(session, drafts, window)
    objected = await objections.effects(session, extraction.objections, window, actor=actor)
    proposed = [*found.drafts, *objected.proposals]
    unlikely, _ = drafted(Extraction(atoms=extraction.unlikely), window, [])
    topics = sum(draft.kind is Kind.TOPIC for draft in proposed)
    left_out = Counter(asdict(dropped)) + Counter(extraction.refused) + found.counts
    stored = Stored(len(window.messages), topics, len(proposed) + len(unlikely) - topics, left_out)
    await _mark_read(session, run_id, window.ids, stored, extraction)
    await proposals.propose(session, proposed, run_id=run_id, actor=actor)
    await _set_aside(session, run_id, unlikely, actor)
    await evidence.add(session, found.added, weigh=weighed, actor=actor)
    await dispute.doubt(session, objected.doubted, weigh=weighed, actor=actor)
    return stored


async def _set_aside(session: AsyncSession, run_id: UUID, drafts: Sequence[Draft], actor: Actor) -> None:
    if drafts:
        ids = await proposals.propose(session, drafts, run_id=run_id, actor=actor)
        await proposals.set_aside(session, ids, actor=actor)


async def _sorted_out(session: AsyncSession, drafts: Sequence[Draft], window: Window) -> SortedOut:
    known = await known_context.restatable(session, restatements.texts(drafts))
    return restatements.sorted_out(drafts, known, {message.id: message for message in window.messages})


async def _mark_read(
    session: AsyncSession, run_id: UUID, ids: Sequence[UUID], stored: Stored, extraction: Extraction
) -> None:
    counted = await sql.count_in(
        session,
        run_id,
        {name: count for name, count in stored.dropped.items() if count},
        messages_analyzed=stored.messages,
        topic_proposals_created=stored.topics,
        atom_proposals_created=stored.atoms,
        llm_tokens_used=min(max(extraction.tokens_used, 0), sanitize.MAX_NUMBER),
        cost_estimate=extraction.cost if 0 < extraction.cost < sanitize.MAX_NUMBER else 0.0,
    )
    if not counted:
        raise await not_in_state(session, run_id, "store what it found")
    await sql.mark_read(session, run_id, ids, now())


async def give_back(session: AsyncSession, run_id: UUID, window: Window | None, *, blame: bool = True) -> None:
    """Makes the messages of a window, or all that a run has not read, unread again.

    `blame`: the messages may be why they could not be read, so that it counts as a failed read of each.
    """
    failures = await sql.give_back(session, run_id, window.ids if window else None, failed=blame)
    set_aside = sum(each >= MAX_FAILED_READS for each in failures)
    await sql.count_in(session, run_id, {"set_aside": set_aside} if set_aside else {}, messages_analyzed=0)


async def conclude(session: AsyncSession, run_id: UUID, error: Exception | None, *, actor: Actor) -> bool:
    """Ends a running run; what it has not read is unread again. False: it was not running any more.

    With an error it has failed, though what other windows taught stays. One that only ran out of money or time is
    completed, and says so.
    """
    words = (sanitize.words(str(error), ERROR_LIMIT) or type(error).__name__) if error else None
    status = RunStatus.COMPLETED if error is None or isinstance(error, ENDED_EARLY) else RunStatus.FAILED
    await sql.give_back(session, run_id, None, failed=False)
    ending = {"status": status, "error": words, "completed_at": now()}
    if not await run_changes.change_run(session, run_id, [RunStatus.RUNNING], **ending):
        return False
    await record(session, actor, [await _ended(session, run_id, words if status is RunStatus.FAILED else None)])
    return True


async def _ended(session: AsyncSession, run_id: UUID, error: str | None) -> Record:
    run = await session.get_one(KnowledgeExtractionRun, run_id, populate_existing=True)
    counts = run.messages_analyzed, run.topic_proposals_created, run.atom_proposals_created
    event = ExtractionFailed(run_id, *counts, error=error) if error else ExtractionCompleted(run_id, *counts)
    return Record.of(event, subject_id=run_id, entity_type=RUN, detail={"dropped": run.dropped})


async def not_in_state(session: AsyncSession, run_id: UUID, wish: str) -> Conflict | NotFound:
    run = await session.get(KnowledgeExtractionRun, run_id, populate_existing=True)
    if run is None:
        return NotFound(f"There is no extraction run {run_id}.")
    return Conflict(f"Extraction run {run_id} is {run.status}: too late to {wish}.")
