"""What became of decisions, as HTTP says it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.errors import AssayError, Conflict, Forbidden, NotFound, Stale
from assay.proposals.outcomes import Outcome, Refusal

ERRORS: Final[dict[Refusal, type[AssayError]]] = {
    Refusal.NOT_FOUND: NotFound,
    Refusal.CONFLICT: Conflict,
    Refusal.WAITING: Conflict,
    Refusal.FORBIDDEN: Forbidden,
    Refusal.STALE: Stale,
}

Act = Callable[[Sequence[UUID]], Awaitable[list[Outcome]]]


def raise_refusal(outcomes: Sequence[Outcome], proposal_id: UUID) -> None:
    """Raises the error of a decision that was refused.

    Of a conflict it says who decided what, and when; of what changed since it was read, both versions.
    """
    [outcome] = [each for each in outcomes if each.id == proposal_id]
    if outcome.refusal is None:
        return
    facts: dict[str, Any] = {"refusal": outcome.refusal}
    if outcome.decision:
        facts["decision"] = asdict(outcome.decision)
    if outcome.entity_id:
        facts["entity_id"] = outcome.entity_id
    if outcome.versions:
        facts |= asdict(outcome.versions)
    raise ERRORS[outcome.refusal](outcome.message, **facts)


async def rehearsed(session: AsyncSession, act: Act, ids: Sequence[UUID]) -> list[Outcome]:
    """What would become of it. Everything is done and taken back, so that the answer is what would happen."""
    savepoint = await session.begin_nested()
    outcomes = await act(ids)
    await savepoint.rollback()
    return outcomes
