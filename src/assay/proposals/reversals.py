"""Approvals by the system that did not last, by reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import SYSTEM_USER_ID
from assay.kinds import Kind
from assay.proposals.sql import metrics as sql


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many; each counts under one reason."""

    reverted: int = 0
    """Somebody undid the approval."""
    superseded: int = 0
    """Somebody undid it, and something that says another thing about the same is approved."""
    disputed: int = 0
    """It stands still, and the machine read that somebody spoke against it: a proposal that contradicts it waits or
    was approved. What people and agents propose against it does not count, for anybody can."""


async def taken_back(session: AsyncSession) -> Mapping[Kind, TakenBack]:
    """Of each kind. It reads what was reverted and what contradicts something, by an index of each."""
    rows = await session.execute(sql.TAKEN_BACK, {"kinds": list(Kind), "system": SYSTEM_USER_ID})
    return {Kind(kind): TakenBack(*counts) for kind, *counts in rows}
