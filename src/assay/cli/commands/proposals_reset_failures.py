"""Letting the machine try again what it failed on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.decide import Ids, Note, decided
from assay.cli.output import Json
from assay.proposals.failures import try_again
from assay.proposals.outcomes import Outcome


def reset_failures(*proposals: Ids, note: Note = None, json: Json = False) -> int:
    """Let the machine try again, at once, what it failed on."""

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await try_again(session, ids, actor=actor, notes=note)

    return decided(proposals, decide, json)
