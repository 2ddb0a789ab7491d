"""What stands before every decision: one lock, each row held once, and one judgement of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM, Actor
from assay.db.locks import DECISIONS, hold_until_commit
from assay.proposals.outcomes import LockedProposal, Outcome, missing, refuse_erased, refuse_own, refuse_stale
from assay.proposals.sql import decisions as sql

ANY_VERSION: Final[Mapping[UUID, int]] = MappingProxyType({})
"""Whoever decides has not said which versions they read."""

Ids = Sequence[UUID]
Judge = Callable[[LockedProposal], Outcome | None]


async def hold(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, LockedProposal]:
    """Nobody else decides until the commit, and the proposals are as they are answered here."""
    await hold_until_commit(session, DECISIONS)
    return await sql.lock(session, unique(ids))


def judge_held(
    ids: Iterable[UUID],
    rows: Mapping[UUID, LockedProposal],
    versions: Mapping[UUID, int],
    judge: Judge,
    done: str,
    *,
    by: Actor = SYSTEM,
) -> tuple[list[LockedProposal], list[Outcome]]:
    """Says of each proposal whether the decision may be carried out. `by`: who decides."""
    refusals = {
        row.id: refuse_stale(row, versions) or refuse_erased(row) or judge(row) or refuse_own(row, by)
        for row in rows.values()
    }
    accepted = [row for row in rows.values() if refusals[row.id] is None]
    outcomes = [(refusals[each] or Outcome(each, done)) if each in rows else missing(each) for each in unique(ids)]
    return accepted, outcomes


async def lock_and_judge(
    session: AsyncSession, ids: Ids, versions: Mapping[UUID, int], judge: Judge, done: str, *, by: Actor = SYSTEM
) -> tuple[list[LockedProposal], list[Outcome]]:
    """Holds the proposals and says of each whether the decision may be carried out. `by`: who decides."""
    return judge_held(ids, await hold(session, ids), versions, judge, done, by=by)


def unique(*groups: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(each for group in groups for each in group))
