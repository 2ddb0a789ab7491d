"""What a person should know of an undone approval beside that it was undone."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.proposals.outcomes import Outcome
from assay.proposals.sql import queue as sql


async def of_reverts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence for each of the approvals, before they are undone, that leaves something behind: a topic that was
    approved together with the atom and stays, or atoms that stay and have no topic any more."""
    rows = await session.execute(
        sql.LEFT_BEHIND,
        {"ids": list(ids)},
    )
    return dict(rows.tuples().all())


def remarked(outcomes: Sequence[Outcome], remarks: dict[UUID, str]) -> list[Outcome]:
    """The outcomes with what is to be said beside."""
    return [
        replace(each, message=f"{each.message} {remarks[each.id]}") if each.done and each.id in remarks else each
        for each in outcomes
    ]
