"""Giving pending proposals other words."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.cli.decide import Ids, Note, decided_as_looked
from assay.cli.output import Json
from assay.cli.proposal_filter import UNSEEN, Looked
from assay.errors import InvalidInput
from assay.extraction.confidence import weighed
from assay.kinds import AtomType
from assay.proposals.edit import edit
from assay.proposals.outcomes import Outcome


def edit_(
    *proposals: Ids,
    looked: Looked = UNSEEN,
    new_title: Annotated[str | None, Parameter(help="Title of an atom, name of a topic.")] = None,
    new_text: Annotated[str | None, Parameter(help="Content of an atom, description of a topic.")] = None,
    new_type: Annotated[AtomType | None, Parameter(help="Type of an atom.")] = None,
    new_topic: Annotated[str | None, Parameter(help="Topic of an atom; empty: none.")] = None,
    note: Note = None,
    json: Json = False,
) -> int:
    """Give pending proposals other words, another type or another topic. They are compared anew."""
    given = {"title": new_title, "body": new_text, "atom_type": new_type, "topic_name": new_topic}
    changes = {name: value or None for name, value in given.items() if value is not None}
    if not changes:
        raise InvalidInput("Say what to change: --new-title, --new-text, --new-type or --new-topic.")

    async def decide(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> list[Outcome]:
        return await edit(session, dict.fromkeys(ids, changes), weigh=weighed, actor=actor, notes=note)

    return decided_as_looked(proposals, looked, decide, json)
