"""How knowledge hangs together: what is near a topic or an atom, and what contradicts what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, Text, literal, select, tuple_, type_coerce, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.bulk import among
from assay.db.models import AtomLink, Entity, TopicAtom
from assay.kinds import LinkType
from assay.knowledge import sql

STEPS: Final = 2
MAX_PER_PLACE: Final = 10
"""Neighbours of one kind of edge that are followed from one place, the strongest first."""
MAX_NODES: Final = 40
FILED: Final = "filed_under"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is within two steps, and every edge between."""

    nodes: Sequence[Row[Any]]
    edges: Sequence[Row[Any]]


async def around(session: AsyncSession, entity_id: UUID) -> Surroundings:
    """It, and what is near it, the nearest first. No nodes: there is no such topic or atom."""
    limits = {"steps": STEPS, "most": MAX_PER_PLACE, "nodes": MAX_NODES}
    nodes: Sequence[Row[Any]] = (await session.execute(sql.NEIGHBOURS, {"id": entity_id, **limits})).all()
    return Surroundings(nodes, await _edges(session, [each.id for each in nodes]))


async def _edges(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    links = select(AtomLink.from_id, AtomLink.to_id, type_coerce(AtomLink.link_type, Text).label("type")).where(
        among(AtomLink.from_id, ids), among(AtomLink.to_id, ids)
    )
    filings = select(TopicAtom.atom_id, TopicAtom.topic_id, literal(FILED)).where(
        among(TopicAtom.atom_id, ids), among(TopicAtom.topic_id, ids)
    )
    edges = union_all(links, filings).subquery()
    query: Select[Any] = select(edges).order_by(*edges.c)
    found: Sequence[Row[Any]] = (await session.execute(query)).all()
    return found


async def contradictions(
    session: AsyncSession, *, after: tuple[UUID, UUID] | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Live atoms of which one says the opposite of the other, the newest of those that say it first."""
    one, other = aliased(Entity), aliased(Entity)
    query: Any = (
        select(one.id, one.title, other.id.label("other_id"), other.title.label("other_title"))
        .select_from(AtomLink)
        .join(one, one.id == AtomLink.from_id)
        .join(other, other.id == AtomLink.to_id)
        .where(AtomLink.link_type == LinkType.CONTRADICTS, ~one.archived, ~other.archived)
        .order_by(AtomLink.from_id.desc(), AtomLink.to_id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(AtomLink.from_id, AtomLink.to_id) < tuple_(*after))
    found: Sequence[Row[Any]] = (await session.execute(query)).all()
    return found
