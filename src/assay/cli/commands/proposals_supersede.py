"""Approving a proposal in the place of knowledge that does not hold any more."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.decide import Note, WithTopics, decided
from assay.cli.output import Json
from assay.proposals.outcomes import Outcome
from assay.proposals.supersede import supersede


def supersede_known(
    proposal: Annotated[str, Parameter(help="Its id.")],
    /,
    *,
    note: Note = None,
    with_topics: WithTopics = False,
    json: Json = False,
) -> int:
    """Approve a proposal in the place of what is approved and says something else about the same thing.

    That is withdrawn, and the proposal it came from rejected.
    """

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await supersede(session, ids[0], actor=actor, notes=note, with_topics=with_topics)

    return decided((proposal,), decide, json)
