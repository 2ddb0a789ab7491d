"""Where knowledge comes from, and how it hangs together."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Executable, RowMapping, case, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import AtomLink, Entity, EntityRevision, TopicAtom, User
from assay.kinds import Kind
from assay.knowledge import sql

MAX_FILED: Final = 1_000
"""Atoms of a topic that are shown."""


async def entity(session: AsyncSession, kind: Kind, entity_id: UUID) -> RowMapping | None:
    """A topic or atom, withdrawn ones too."""
    rows = await session.execute(sql.ENTITY, {"id": entity_id, "kind": kind})
    return rows.mappings().one_or_none()


async def filed(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """The topics it is filed under, and the atoms filed under it; in their order."""
    live = select(Entity.id, Entity.title).where(~Entity.archived)
    above = live.join(TopicAtom, TopicAtom.topic_id == Entity.id).where(TopicAtom.atom_id == entity_id)
    below = live.join(TopicAtom, TopicAtom.atom_id == Entity.id).where(TopicAtom.topic_id == entity_id)
    first = below.order_by(TopicAtom.position, Entity.id).limit(MAX_FILED)
    return await _rows(session, union_all(above, first.subquery().select()))


async def links(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """Its links with other live atoms, both ways."""
    outgoing = AtomLink.from_id == entity_id
    found = (
        select(Entity.id, Entity.title, AtomLink.link_type, AtomLink.strength, outgoing.label("outgoing"))
        .join(AtomLink, Entity.id == case((outgoing, AtomLink.to_id), else_=AtomLink.from_id))
        .where(or_(outgoing, AtomLink.to_id == entity_id), ~Entity.archived)
        .order_by(AtomLink.strength.desc(), Entity.id)
    )
    return await _rows(session, found)


async def decisions(session: AsyncSession, proposals: Sequence[UUID]) -> Sequence[RowMapping]:
    """How the proposals behind it were decided, by whom, and under which policy."""
    return await _rows(session, sql.DECISIONS, ids=list(proposals))


async def revisions(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """Every revision, the newest first."""
    kept = EntityRevision.number, EntityRevision.snapshot, EntityRevision.change_type
    changed = User.name.label("changed_by"), EntityRevision.changed_at, EntityRevision.reason
    found = (
        select(*kept, *changed, EntityRevision.source_proposal_id)
        .join(User, User.id == EntityRevision.changed_by_user_id)
        .where(EntityRevision.entity_id == entity_id)
        .order_by(EntityRevision.number.desc())
    )
    return await _rows(session, found)


async def _rows(session: AsyncSession, statement: Executable, **parameters: Any) -> Sequence[RowMapping]:
    return (await session.execute(statement, parameters)).mappings().all()
