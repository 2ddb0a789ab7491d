"""Deleting what a person said, or what was said in a channel, and what rests on nothing else.

Messages go as rows. What was drawn from them is emptied and not deleted: decisions, merges and the trail name it by
its id, and all of them stay true. Each call is a portion, whole in its transaction; what a kill leaves, the next takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit import chain
from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.locks import DECISIONS, hold_until_commit
from assay.errors import InvalidInput
from assay.extraction import actions, run_changes
from assay.extraction.confidence import weighed
from assay.extraction.sql import erasure as sql
from assay.extraction.sql.erasure import Touched
from assay.extraction.sql.messages import note_changed
from assay.kinds import Kind
from assay.messaging.events import EntityErased, ProposalErased
from assay.proposals import evidence
from assay.proposals.sql import decisions as proposal_sql

PORTION: Final = 1_000
"""Messages of one transaction, which holds up every decision meanwhile."""


class Drawn(StrEnum):
    """What becomes of the proposals and the knowledge that were drawn from the messages."""

    ALONE = "alone"
    """Erased where no other words back them."""
    ALL = "all"
    """Erased, whoever else said it."""
    NONE = "none"
    """Kept without their quotes."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose messages: at least a person or a channel, in one source or in all."""

    author: str | None = None
    channel: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not (self.author or self.channel):
            raise InvalidInput("Name a person or a channel: all messages at once are never erased.")


@dataclass(frozen=True, slots=True)
class Erased:
    """Counts of what was erased, or would be. `kept`: proposals that lose quotes and stay."""

    messages: int = 0
    quotes: int = 0
    proposals: int = 0
    topics: int = 0
    atoms: int = 0
    kept: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(*(mine + theirs for mine, theirs in zip(_counts(self), _counts(other), strict=True)))


async def preview(session: AsyncSession, whose: Whose, *, drawn: Drawn) -> Erased:
    """What erasing would come to. Changes nothing."""
    touched = await sql.touched(session, asdict(whose), None, drawn)
    messages, quotes = await sql.counted(session, asdict(whose))
    return _summed(messages, quotes, touched)


async def erase(
    session: AsyncSession, whose: Whose, *, drawn: Drawn, actor: Actor, notes: str | None = None, limit: int = PORTION
) -> Erased:
    """Erases the next portion of messages. Nothing is left when it counts no message.

    Runs that read at this moment are cancelled, for they may hold the words; what they had not read is read again.
    """
    await hold_until_commit(session, DECISIONS)
    ids = await sql.next_messages(session, asdict(whose), limit)
    if not ids:
        return Erased()
    for run in await run_changes.unfinished_runs(session):
        await actions.cancel(session, run, actor=actor)
    touched = await sql.touched(session, asdict(whose), ids, drawn)
    await _empty(session, [each for each in touched if each.goes], actor)
    quotes = await sql.delete_quotes(session, ids, touched)
    await _weigh_anew(session, [each.id for each in touched if not each.goes], ids)
    await note_changed(session, "m.id = ANY(:ids)", ids=ids)
    await sql.forget_previews(session, ids)
    await sql.delete_messages(session, ids)
    done = _summed(len(ids), quotes, touched)
    await record(session, actor, [*_recorded(touched, actor), _total(done, whose, drawn, notes)])
    await chain.note_redacted(session, [each.id for each in touched])
    session.expire_all()
    return done


async def _empty(session: AsyncSession, gone: Sequence[Touched], actor: Actor) -> None:
    proposals = [each.id for each in gone]
    entities = [each.id for each in gone if each.entity_goes]
    await sql.forget_verdicts(session, proposals)
    await sql.forget_cached_vectors(session, proposals)
    await proposal_sql.mark_unchecked(session, proposals)
    await proposal_sql.withdraw_entities(session, entities)
    kept = [each.id for each in gone if each.is_live and not each.entity_goes]
    await proposal_sql.delete_vectors(session, sorted(set(proposals) - set(kept)))
    await sql.empty_proposals(session, proposals, actor.user_id)
    await sql.empty_entities(session, entities)
    await sql.empty_merges(session, proposals, actor.user_id)
    await sql.empty_trail(session, proposals)
    await sql.forget_answers(session)


async def _weigh_anew(session: AsyncSession, ids: Sequence[UUID], gone: Sequence[UUID]) -> None:
    """What stays rests on less: somebody's "agreed" says nothing by itself."""
    await sql.drop_sources(session, ids, gone)
    session.expire_all()
    for proposal in await evidence.weigh_anew(session, ids, weigh=weighed):
        proposal.version += 1
    await session.flush()


def _recorded(touched: Sequence[Touched], actor: Actor) -> list[Record]:
    gone = [each for each in touched if each.goes]
    return [
        *(_about(each, ProposalErased(each.id, actor.name)) for each in gone),
        *(_about(each, EntityErased(each.id, actor.name)) for each in gone if each.entity_goes),
    ]


def _about(each: Touched, event: ProposalErased | EntityErased) -> Record:
    return Record.of(event, subject_id=each.id, entity_type=each.kind)


def _total(done: Erased, whose: Whose, drawn: Drawn, notes: str | None) -> Record:
    """Says what kind of thing was erased, and not whose it was."""
    by = [name for name, value in asdict(whose).items() if value]
    return Record("messages.erased", detail={"by": by, "drawn": drawn, "notes": notes, **asdict(done)})


def _summed(messages: int, quotes: int, touched: Sequence[Touched]) -> Erased:
    entities = [each.kind for each in touched if each.entity_goes]
    going = sum(each.goes for each in touched)
    return Erased(messages, quotes, going, entities.count(Kind.TOPIC), entities.count(Kind.ATOM), len(touched) - going)


def _counts(erased: Erased) -> tuple[int, ...]:
    found: Mapping[str, Any] = asdict(erased)
    return tuple(found.values())
