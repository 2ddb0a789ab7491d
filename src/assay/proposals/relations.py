"""How knowledge hangs together: atoms filed under topics and linked with each other, any number in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json

Ids = Sequence[UUID]
Targets = Mapping[UUID, UUID]
"""The entities that proposals are about to be merged into."""


def _became(proposal: str) -> str:
    """The id of the entity that a proposal became, was merged into, or is about to be merged into."""
    return (
        f"coalesce({proposal}.created_entity_id, {proposal}.merged_into_entity_id, "
        f"(CAST(:targets AS jsonb) ->> {proposal}.id::text)::uuid)"
    )


def _living(name: str, entity: str) -> str:
    """Joins the live entity that stands for `entity` now: itself, or the one that it was merged into."""
    return f"""
        JOIN entities old_{name} ON old_{name}.id = {entity}
        JOIN entities {name} ON {name}.id = coalesce(old_{name}.merged_into_entity_id, old_{name}.id)
            AND NOT {name}.archived"""


_NAMED: Final = """
    LEFT JOIN LATERAL (
        SELECT id FROM entities WHERE kind = 'topic' AND title_key = {key}
            AND (NOT archived OR merged_into_entity_id IS NOT NULL)
        ORDER BY archived, id LIMIT 1) named ON true"""
"""The topic of a name; where none is live, one of that name that was merged away."""

_FILINGS: Final = f"""
    SELECT cause.id AS cause_id, p.id AS proposal_id, topic.id AS topic_id, atom.id AS atom_id
    FROM proposals p
    LEFT JOIN proposals tp ON tp.id = p.topic_proposal_id
    {_NAMED.format(key="p.topic_key")}
    {_living("topic", f"coalesce(p.topic_entity_id, {_became('tp')}, named.id)")}
    {_living("atom", _became("p"))}
    JOIN unnest(CAST(:ids AS uuid[])) AS cause (id) ON cause.id IN (p.id, p.topic_proposal_id)
    WHERE p.id = ANY(:ids) OR p.topic_proposal_id = ANY(:ids)"""  # noqa: S608  # our own fragments
"""What decided proposals, and what waited for a topic among them, are to be filed under."""

_LINKS: Final = f"""
    SELECT cause.id AS cause_id, a.id AS from_id, b.id AS to_id, link.link_type, link.strength
    FROM proposals f
    CROSS JOIN jsonb_to_recordset(f.proposed_links) AS link ("to" uuid, link_type text, strength float8)
    JOIN proposals t ON t.id = link."to"
    {_living("a", _became("f"))}
    {_living("b", _became("t"))}
    JOIN unnest(CAST(:ids AS uuid[])) AS cause (id) ON cause.id IN (f.id, t.id)
    WHERE a.id <> b.id AND (f.id = ANY(:ids) OR t.id = ANY(:ids) AND f.extraction_run_id IN (
        SELECT extraction_run_id FROM proposals WHERE id = ANY(:ids)))"""  # noqa: S608  # our own fragments
"""The links that decided proposals propose, or that were proposed to them, where both ends are live."""

NOWHERE: Final[dict[str, str | None]] = {"source": None, "channel": None}


async def places(session: AsyncSession, messages: Sequence[UUID | None]) -> dict[UUID | None, dict[str, str | None]]:
    """Source and channel of messages, as columns."""
    known = {"ids": [each for each in messages if each]}
    rows = await session.execute(text("SELECT id, source, channel FROM messages WHERE id = ANY(:ids)"), known)
    return {row.id: {"source": row.source, "channel": row.channel} for row in rows}


async def resolve_topics(session: AsyncSession, ids: Ids) -> None:
    """Points the topic names of new proposals at a live topic, or else at the oldest pending proposal of one."""
    await session.execute(
        text(f"""
        UPDATE proposals p SET topic_entity_id = entity.id,
            topic_proposal_id = CASE WHEN entity.id IS NULL THEN topic.id END
        FROM proposals self
        {_NAMED.format(key="self.topic_key")}
        LEFT JOIN entities known ON known.id = named.id
        LEFT JOIN entities entity ON entity.id = coalesce(known.merged_into_entity_id, known.id)
        LEFT JOIN LATERAL (
            SELECT id FROM proposals WHERE kind = 'topic' AND title_key = self.topic_key AND status = 'pending'
            ORDER BY created_at, id LIMIT 1) topic ON true
        WHERE p.id = self.id AND p.id = ANY(:ids) AND p.topic_key IS NOT NULL"""),  # noqa: S608  # our own fragments
        {"ids": list(ids)},
    )


async def pending_topics(session: AsyncSession, ids: Ids) -> list[UUID]:
    """The pending topics that these proposals would be filed under."""
    found = await session.scalars(
        text("""
        SELECT DISTINCT topic.id FROM proposals p JOIN proposals topic ON topic.id = p.topic_proposal_id
        WHERE p.id = ANY(:ids) AND topic.status = 'pending'"""),
        {"ids": list(ids)},
    )
    return list(found)


async def file_under_topics(session: AsyncSession, ids: Ids) -> None:
    """Files what the approved proposals became, and what waited for a topic among them."""
    await session.execute(
        text(f"""
        WITH filing AS (
            SELECT DISTINCT ON (topic_id, atom_id) topic_id, atom_id, proposal_id FROM ({_FILINGS}) AS wanted
            ORDER BY topic_id, atom_id, proposal_id)
        INSERT INTO topic_atoms (topic_id, atom_id, position)
        SELECT topic_id, atom_id, row_number() OVER (PARTITION BY topic_id ORDER BY proposal_id)
            + coalesce((SELECT max(position) FROM topic_atoms t WHERE t.topic_id = filing.topic_id), 0)
        FROM filing ON CONFLICT DO NOTHING"""),  # noqa: S608  # our own fragments
        _parameters(ids, {}),
    )


async def link_atoms(session: AsyncSession, ids: Ids) -> None:
    """Draws the links of the approved proposals both of whose ends are now live."""
    await session.execute(
        text(f"""
        INSERT INTO atom_links (from_id, to_id, link_type, strength)
        SELECT DISTINCT ON (from_id, to_id, link_type) from_id, to_id, link_type, strength
        FROM ({_LINKS}) AS wanted ON CONFLICT DO NOTHING"""),  # noqa: S608  # our own fragments
        _parameters(ids, {}),
    )


async def wanted_filings(session: AsyncSession, targets: Targets) -> Sequence[Row[Any]]:
    """What the targets are to be filed under, or to file, because of the proposals that go into them."""
    statement = f"SELECT cause_id, topic_id, atom_id FROM ({_FILINGS}) AS wanted ORDER BY topic_id, proposal_id"  # noqa: S608
    return (await session.execute(text(statement), _parameters(list(targets), targets))).all()


async def wanted_links(session: AsyncSession, targets: Targets) -> Sequence[Row[Any]]:
    """The links that the targets are to get because of the proposals that go into them."""
    statement = f"SELECT * FROM ({_LINKS}) AS wanted ORDER BY from_id, to_id, link_type"  # noqa: S608
    return (await session.execute(text(statement), _parameters(list(targets), targets))).all()


def _parameters(ids: Ids, targets: Targets) -> dict[str, Any]:
    return {"ids": list(ids), "targets": as_json({str(key): value for key, value in targets.items()})}
