"""What the machine approved is looked at again when its talk goes on, or what it rests on is edited or erased.

Where people take it back, the atom stays and people are asked: it is marked, announced, and a proposal that
contradicts it waits for them. Once for each reason, whoever reads the messages, and whenever they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message, Quote
from assay.ai.grounding.standing import Standing
from assay.ai.grounding.verdict import Verdict
from assay.audit.actor import SYSTEM
from assay.db.bulk import as_json
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import SYSTEM_USER_ID, ChangedTalk
from assay.extraction import drafts, objections
from assay.extraction.sql.runs import message_of
from assay.kinds import AtomType
from assay.proposals import actions as proposals
from assay.proposals import dispute
from assay.proposals.dispute import Disputed
from assay.proposals.drafts import Draft
from assay.review import grounding
from assay.review.sql import talk as sql
from assay.text.secrets import masked

MAX_PLACES: Final = 20
"""Channels of one transaction, which holds up every decision meanwhile."""
MAX_ATOMS: Final = 50
"""Of one channel, in one transaction."""
STATED: Final = 0.8
"""How sure the machine is that somebody takes it back."""


@dataclass(frozen=True, slots=True)
class TalkPlace:
    """A channel in which something changed."""

    source: str
    channel: str


@dataclass(frozen=True, slots=True)
class StandingAtom:
    """An atom by the machine, and how it stood when the machine looked last."""

    known: Disputed
    standing: Verdict | None
    because: str | None

    def fell(self, now: Standing) -> bool:
        """It stood, or was approved before that was kept, and now there is a reason against it that is new."""
        if now.verdict in {Verdict.SOUND, Verdict.UNCLEAR} or (self.standing, self.because) == (
            now.verdict,
            now.because,
        ):
            return False
        return self.standing is not None or now.verdict is Verdict.TAKEN_BACK


async def places(session: AsyncSession) -> list[TalkPlace]:
    """Where the machine has to look, those first that failed least often and wait longest."""
    waiting = select(ChangedTalk.source, ChangedTalk.channel).order_by(ChangedTalk.failures, ChangedTalk.changed_at)
    rows = await session.execute(waiting.limit(MAX_PLACES))
    return [TalkPlace(row.source, row.channel) for row in rows]


async def look(session: AsyncSession, at: Sequence[TalkPlace], *, min_voices: int) -> list[UUID] | None:
    """Looks at the next atoms of these channels, and asks people about those that do not stand any more.

    Nothing is decided until the commit, so that no approval misses what was said before it. Returns the questioned;
    None where messages are coming in everywhere at this moment, for which nobody waits with that lock.
    """
    await hold_until_commit(session, DECISIONS)
    held = await _held(session, at)
    if not held:
        return None
    atoms = await _next(session, held)
    now = {
        each: found.standing
        for each, found in (await grounding.read(session, list(atoms), min_voices=min_voices)).items()
        if atoms[each].fell(found.standing)
    }
    speaking = await _latest(session, [each.message.id for each in now.values() if each.message])
    drafts = {each: _draft(atoms[each].known, standing, speaking) for each, standing in now.items()}
    drafts = await dispute.not_yet_asked(session, drafts)
    await proposals.propose(session, list(drafts.values()), run_id=None, actor=SYSTEM)
    await dispute.announce(session, {each: atoms[each].known for each in drafts}, drafts, actor=SYSTEM)
    return list(drafts)


async def note_failure(session: AsyncSession, at: TalkPlace) -> None:
    """Lets the other channels go first from now on."""
    here = update(ChangedTalk).where(ChangedTalk.source == at.source, ChangedTalk.channel == at.channel)
    failed = here.values(failures=ChangedTalk.failures + 1)
    await session.execute(failed.execution_options(synchronize_session=False))


async def _held(session: AsyncSession, at: Sequence[TalkPlace]) -> list[TalkPlace]:
    rows = await session.execute(
        sql.HOLD,
        {"places": as_json([asdict(each) for each in at])},
    )
    return [TalkPlace(row.source, row.channel) for row in rows]


async def _next(session: AsyncSession, at: Sequence[TalkPlace]) -> dict[UUID, StandingAtom]:
    """The next atoms that the machine approved from around the change; what has no more of them is done.

    Around it is what may be heard of it: so many messages before it in the channel, and the threads it belongs to.
    """
    rows = await session.execute(
        sql.NEXT_ATOMS,
        {
            "places": as_json([asdict(each) for each in at]),
            "back": grounding.MESSAGES_AFTER,
            "most": MAX_ATOMS,
            "system": SYSTEM_USER_ID,
        },
    )
    found = rows.all()
    await session.execute(
        sql.GO_ON,
        {"places": as_json([{**asdict(each), "last": _last(found, each)} for each in at])},
    )
    return {
        row.id: StandingAtom(
            Disputed(0, row.id, True, row.title, AtomType(row.atom_type), row.confidence),
            row.standing and Verdict(row.standing),
            row.standing_because,
        )
        for row in found
    }


def _last(found: Sequence[Row[Any]], at: TalkPlace) -> UUID | None:
    """Where to go on in a channel; None where that was all."""
    here = [row.id for row in found if (row.source, row.channel) == (at.source, at.channel)]
    return max(here) if len(here) == MAX_ATOMS else None


async def _latest(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The messages in their last words, by the ids of any of their versions."""
    rows = await session.execute(
        sql.LATEST,
        {"ids": list(ids)},
    )
    found = [dict(row) for row in rows.mappings()]
    return {row.pop("asked"): message_of(row) for row in found}


def _draft(known: Disputed, now: Standing, speaking: Mapping[UUID, Message]) -> Draft:
    """A proposal that asks people whether an atom still holds."""
    message = now.message and speaking.get(now.message.id)
    quotes = [drafts.verified(Quote(message.id, message.text), message.text)] if message else []
    said = f"It does not stand any more: {masked(now.because)}."
    return objections.contradicting(known, said, quotes, STATED, {message.id: message} if message else {})
