"""Bringing an approved topic or atom back to the words of an earlier revision."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import ChangeType, Entity, EntityRevision
from assay.errors import Conflict, NotFound, Stale
from assay.kinds import Kind, identity_key
from assay.messaging.events import EntityRestored
from assay.proposals.merge import sql as merge_sql
from assay.proposals.merge.ends import how_archived
from assay.proposals.sql import decisions as proposal_sql

WORDS: Final = ("title", "body", "icon", "color", "keywords", "atom_type", "meta", "confidence")
"""What a revision gives back. Where it is filed, its links and its evidence stay as they are."""


async def restore(
    session: AsyncSession,
    kind: Kind,
    entity_id: UUID,
    number: int,
    *,
    actor: Actor,
    notes: str | None = None,
    read: int | None = None,
) -> int:
    """Writes a new revision with the words of revision `number`; returns its number. `read`: the revision known.

    Raises NotFound, Stale, and Conflict where it was withdrawn or another says those words by now.
    """
    await hold_until_commit(session, DECISIONS)
    entity = await _live(session, kind, entity_id, read)
    revision = await session.get(EntityRevision, (entity_id, number))
    if revision is None:
        raise NotFound(f"{kind.capitalize()} {entity_id} has no revision {number}: the newest is {entity.revision}.")
    values = {name: revision.snapshot.get(name) for name in WORDS}
    await _refuse_twin(session, kind, entity_id, values)
    before = {name: getattr(entity, name) for name in WORDS if getattr(entity, name) != values[name]}
    await merge_sql.rewrite(session, {entity_id: (kind, values)})
    await proposal_sql.touch_entities(session, [entity_id], at := now())
    written = await proposal_sql.write_revisions(session, {entity_id: entity_id}, ChangeType.RESTORED, actor, at, notes)
    await proposal_sql.delete_vectors(session, [entity_id])
    await proposal_sql.mark_unchecked(session, [entity_id])
    detail = {"notes": notes, "restored": number, "revision": written[entity_id], "before": before}
    event = EntityRestored(kind, entity_id, values["title"] or "", actor.name, written[entity_id])
    await record(session, actor, [Record.of(event, subject_id=entity_id, entity_type=kind, detail=detail)])
    session.expire_all()
    return written[entity_id]


async def _live(session: AsyncSession, kind: Kind, entity_id: UUID, read: int | None) -> Entity:
    query = select(Entity).where(Entity.id == entity_id, Entity.kind == kind).with_for_update(key_share=True)
    entity = (await session.execute(query, execution_options={"populate_existing": True})).scalar_one_or_none()
    if entity is None:
        raise NotFound(f"There is no {kind} {entity_id}.")
    if entity.archived:
        raise await _archived(session, entity)
    expect_revision(kind, read, entity.revision)
    return entity


async def _archived(session: AsyncSession, entity: Entity) -> Conflict:
    """Who merged it away or withdrew it, and when."""
    decision, into = (await how_archived(session, [entity.id]))[entity.id], entity.merged_into_entity_id
    what = f"{entity.kind.capitalize()} {entity.id} was"
    if into:
        sentence = f"{what} merged into {into} {decision}: undo that first."
        return Conflict(sentence, entity_id=into, decision=asdict(decision))
    return Conflict(f"{what} withdrawn {decision}: approve its proposal again first.", decision=asdict(decision))


def expect_revision(kind: Kind, read: int | None, revision: int) -> None:
    """Raises Stale where another revision was read than there is. `read`: None where nobody said."""
    if read not in {None, revision}:
        sentence = f"The {kind} changed since it was read: revision {read} then, {revision} now."
        raise Stale(sentence, read=read, now=revision)


async def _refuse_twin(session: AsyncSession, kind: Kind, entity_id: UUID, values: dict[str, Any]) -> None:
    key = kind, identity_key(kind, values["title"], values["body"])
    twins = await proposal_sql.live_twins(session, [key], exclude=[entity_id])
    if key in twins:
        raise Conflict(f"{kind.capitalize()} {twins[key]} says this by now.", entity_id=twins[key])
