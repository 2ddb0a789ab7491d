"""Approved knowledge as it leaves: topics with their atoms, and atoms with their quotes, some at a time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.engine import Database
from assay.export.records import ONE_MOMENT
from assay.kinds import AtomType, LinkType
from assay.proposals import queries
from assay.proposals.queries import QuoteInContext

TOPICS_AT_ONCE: Final = 50
MAX_ATOMS: Final = 5_000
"""Of one topic, in its file."""


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
    async with database.transaction() as session:
        await session.execute(text(ONE_MOMENT))
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
        rows = await session.execute(
            text("""
            SELECT id, title FROM entities WHERE kind = 'topic' AND NOT archived ORDER BY lower(title), id""")
        )
        return [(row.id, row.title) for row in rows]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an atom is found: the topic that it is filed under first, and its title."""

    topic_id: UUID | None
    title: str


async def places(database: Database) -> dict[UUID, Place]:
    """Of all live atoms. Only their titles are kept in memory."""
    async with database.transaction() as session:
        rows = await session.execute(
            text("""
            SELECT a.id, a.title, (
                SELECT f.topic_id FROM topic_atoms f JOIN entities t ON t.id = f.topic_id AND NOT t.archived
                WHERE f.atom_id = a.id ORDER BY lower(t.title), t.id LIMIT 1) AS topic_id
            FROM entities a WHERE a.kind = 'atom' AND NOT a.archived""")
        )
        return {row.id: Place(row.topic_id, row.title) for row in rows}


async def _topics(session: AsyncSession, after: tuple[str, UUID] | None) -> Sequence[Mapping[str, Any]]:
    rows = await session.execute(
        text("""
        SELECT e.id, e.title AS name, e.body AS description, e.keywords, e.confidence, e.created_at, e.updated_at
        FROM entities e WHERE e.kind = 'topic' AND NOT e.archived
            AND (CAST(:id AS uuid) IS NULL OR (lower(e.title), e.id) > (lower(:name), CAST(:id AS uuid)))
        ORDER BY lower(e.title), e.id LIMIT :limit"""),
        {"name": after and after[0], "id": after and after[1], "limit": TOPICS_AT_ONCE},
    )
    return [dict(row) for row in rows.mappings()]


async def _filed(session: AsyncSession, topic_ids: Sequence[UUID]) -> dict[UUID, list[OutgoingAtom]]:
    rows = await session.execute(
        text("""
        SELECT f.topic_id, a.* FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT * FROM topic_atoms WHERE topic_id = wanted.id ORDER BY position, atom_id LIMIT :most) AS f
        CROSS JOIN LATERAL (
            SELECT id, title, body, atom_type, confidence, created_at, updated_at FROM entities
            WHERE id = f.atom_id AND NOT archived LIMIT 1) AS a
        ORDER BY f.topic_id, f.position, a.id"""),
        {"ids": list(topic_ids), "most": MAX_ATOMS},
    )
    return await _atoms(session, [dict(row) for row in rows.mappings()])


async def _unfiled(session: AsyncSession) -> list[OutgoingAtom]:
    rows = await session.execute(
        text("""
        SELECT CAST(NULL AS uuid) AS topic_id, a.id, a.title, a.body, a.atom_type, a.confidence, a.created_at,
            a.updated_at
        FROM entities a WHERE a.kind = 'atom' AND NOT a.archived AND NOT EXISTS (
            SELECT FROM topic_atoms f JOIN entities t ON t.id = f.topic_id AND NOT t.archived WHERE f.atom_id = a.id)
        ORDER BY a.created_at, a.id LIMIT :most"""),
        {"most": MAX_ATOMS},
    )
    found = await _atoms(session, [dict(row) for row in rows.mappings()])
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
        text("""
        SELECT l.from_id, l.link_type, l.to_id FROM atom_links l JOIN entities e ON e.id = l.to_id AND NOT e.archived
        WHERE l.from_id = ANY(:ids) ORDER BY l.from_id, l.strength DESC, l.to_id"""),
        {"ids": list(ids)},
    )
    found: dict[UUID, list[OutgoingLink]] = {}
    for row in rows:
        found.setdefault(row.from_id, []).append(OutgoingLink(LinkType(row.link_type), row.to_id))
    return found
