"""Approved knowledge as it leaves: topics with their atoms, and atoms with their quotes, some at a time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.bulk import among
from assay.db.engine import Database
from assay.db.models import AtomLink, Entity, TopicAtom
from assay.export import sql
from assay.kinds import AtomType, Kind, LinkType
from assay.proposals import queries
from assay.proposals.queries import QuoteInContext

TOPICS_AT_ONCE: Final = 50
MAX_ATOMS: Final = 5_000
"""Of one topic, in its file."""
_LIVE_TOPIC: Final = Entity.kind == Kind.TOPIC, ~Entity.archived
_LIVE_ATOM: Final = Entity.kind == Kind.ATOM, ~Entity.archived
_BY_NAME: Final = func.lower(Entity.title), Entity.id


@dataclass(frozen=True, slots=True)
class OutgoingLink:
    link_type: LinkType
    to_id: UUID


@dataclass(frozen=True, slots=True)
class OutgoingAtom:
    """One statement, with what it rests on."""

    id: UUID
    title: str
    content: str
    atom_type: AtomType | None
    confidence: float
    created_at: datetime
    updated_at: datetime
    quotes: Sequence[QuoteInContext] = ()
    links: Sequence[OutgoingLink] = ()


@dataclass(frozen=True, slots=True)
class OutgoingTopic:
    """A subject and what is filed under it. `id` None: atoms that are filed nowhere."""

    id: UUID | None
    name: str
    description: str = ""
    keywords: Sequence[str] = ()
    confidence: float = 0.0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    quotes: Sequence[QuoteInContext] = ()
    atoms: Sequence[OutgoingAtom] = field(default_factory=list)


UNFILED: Final = "Without a topic"


async def topics(database: Database) -> AsyncIterator[OutgoingTopic]:
    """All live topics by name, then what is filed nowhere; as it all was at one moment."""
    async with database.snapshot() as session:
        after: tuple[str, UUID] | None = None
        while rows := await _topics(session, after):
            ids = [row["id"] for row in rows]
            filed, quoted = await _filed(session, ids), await _quotes(session, ids)
            for row in rows:
                yield OutgoingTopic(**row, quotes=quoted.get(row["id"], ()), atoms=filed.get(row["id"], ()))
            after = rows[-1]["name"], rows[-1]["id"]
        if unfiled := await _unfiled(session):
            yield OutgoingTopic(None, UNFILED, atoms=unfiled)


async def topic_names(database: Database) -> list[tuple[UUID, str]]:
    """Of all live topics, in the order of `topics`."""
    async with database.transaction() as session:
        found = select(Entity.id, Entity.title).where(*_LIVE_TOPIC).order_by(*_BY_NAME)
        return list((await session.execute(found)).tuples())


@dataclass(frozen=True, slots=True)
class AtomPlace:
    """Where an atom is found: the topic that it is filed under first, and its title."""

    topic_id: UUID | None
    title: str


async def places(database: Database) -> dict[UUID, AtomPlace]:
    """Of all live atoms. Only their titles are kept in memory."""
    topic = aliased(Entity)
    first = (
        select(TopicAtom.topic_id)
        .join(topic, and_(topic.id == TopicAtom.topic_id, ~topic.archived))
        .where(TopicAtom.atom_id == Entity.id)
        .order_by(func.lower(topic.title), topic.id)
        .limit(1)
        .scalar_subquery()
    )
    async with database.transaction() as session:
        rows = await session.execute(select(Entity.id, first, Entity.title).where(*_LIVE_ATOM))
        return {atom_id: AtomPlace(topic_id, title) for atom_id, topic_id, title in rows}


async def _topics(session: AsyncSession, after: tuple[str, UUID] | None) -> Sequence[Mapping[str, Any]]:
    words = Entity.title.label("name"), Entity.body.label("description"), Entity.keywords
    wanted = select(Entity.id, *words, Entity.confidence, Entity.created_at, Entity.updated_at).where(*_LIVE_TOPIC)
    if after is not None:
        name, topic_id = after
        wanted = wanted.where(tuple_(*_BY_NAME) > tuple_(func.lower(name), topic_id))
    rows = await session.execute(wanted.order_by(*_BY_NAME).limit(TOPICS_AT_ONCE))
    return [dict(row) for row in rows.mappings()]


async def _filed(session: AsyncSession, topic_ids: Sequence[UUID]) -> dict[UUID, list[OutgoingAtom]]:
    rows = await session.execute(sql.FILED, {"ids": list(topic_ids), "most": MAX_ATOMS})
    return await _atoms(session, [dict(row) for row in rows.mappings()])


async def _unfiled(session: AsyncSession) -> list[OutgoingAtom]:
    topic = aliased(Entity)
    is_filed = exists().where(TopicAtom.atom_id == Entity.id, topic.id == TopicAtom.topic_id, ~topic.archived)
    words = Entity.title, Entity.body, Entity.atom_type
    rows = await session.execute(
        select(Entity.id, *words, Entity.confidence, Entity.created_at, Entity.updated_at)
        .where(*_LIVE_ATOM, ~is_filed)
        .order_by(Entity.created_at, Entity.id)
        .limit(MAX_ATOMS)
    )
    found = await _atoms(session, [{"topic_id": None, **row} for row in rows.mappings()])
    return [atom for atoms in found.values() for atom in atoms]


async def _atoms(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> dict[Any, list[OutgoingAtom]]:
    """Rows of atoms with their quotes and links, by what they are filed under."""
    ids = list(dict.fromkeys(row["id"] for row in rows))
    quotes, links = await _quotes(session, ids), await _links(session, ids)
    found: dict[Any, list[OutgoingAtom]] = {}
    for row in rows:
        topic, content, named = row.pop("topic_id"), row.pop("body"), row.pop("atom_type")
        kind = AtomType(named) if named else None
        backing: dict[str, Any] = {"quotes": quotes.get(row["id"], ()), "links": links.get(row["id"], ())}
        found.setdefault(topic, []).append(OutgoingAtom(**row, content=content, atom_type=kind, **backing))
    return found


async def _quotes(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[QuoteInContext]]:
    behind = await queries.behind(session, ids)
    quoted = await queries.evidence(session, list({each for some in behind.values() for each in some}))
    return {each: [quote for source in sources for quote in quoted.get(source, ())] for each, sources in behind.items()}


async def _links(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[OutgoingLink]]:
    rows = await session.execute(
        select(AtomLink.from_id, AtomLink.link_type, AtomLink.to_id)
        .join(Entity, and_(Entity.id == AtomLink.to_id, ~Entity.archived))
        .where(among(AtomLink.from_id, ids))
        .order_by(AtomLink.from_id, AtomLink.strength.desc(), AtomLink.to_id)
    )
    found: dict[UUID, list[OutgoingLink]] = {}
    for from_id, link_type, to_id in rows:
        found.setdefault(from_id, []).append(OutgoingLink(link_type, to_id))
    return found
