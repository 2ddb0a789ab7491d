"""Decisions that judge each proposal by itself and change nothing beside it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.messaging.events import ProposalChanged
from assay.proposals.audit_entries import changed
from assay.proposals.gate import ANY_VERSION, Ids, lock_and_judge
from assay.proposals.outcomes import LockedProposal, Outcome

Tell = Callable[[LockedProposal, Actor, str | None], Record]
"""How it stands in the trail."""


@dataclass(frozen=True, slots=True)
class PlainDecision:
    """`refuse`: why somebody may not decide so on a proposal. `done`: what somebody is told of one that was decided."""

    refuse: Callable[[LockedProposal, Actor], Outcome | None]
    carry_out: Callable[[AsyncSession, Sequence[LockedProposal], Actor, str | None], Awaitable[None]]
    tell: Tell
    done: str

    async def __call__(
        self,
        session: AsyncSession,
        ids: Ids,
        *,
        actor: Actor,
        notes: str | None = None,
        versions: Mapping[UUID, int] = ANY_VERSION,
    ) -> list[Outcome]:
        """Decides on all that nothing stands against. `versions`: those that the actor has read."""

        def judge(row: LockedProposal) -> Outcome | None:
            return self.refuse(row, actor)

        accepted, outcomes = await lock_and_judge(session, ids, versions, judge, self.done)
        await self.carry_out(session, accepted, actor, notes)
        await record(session, actor, [self.tell(row, actor, notes) for row in accepted])
        return outcomes


def told_as(event: type[ProposalChanged]) -> Tell:
    return lambda row, actor, notes: changed(event, row, actor, notes=notes)
