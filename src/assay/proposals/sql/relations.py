"""How knowledge hangs together: atoms filed under topics and linked with each other, any number in one statement.

Raw, but for the simplest: CTEs and LATERAL, as _GIVEN says.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.bulk import among, as_json
from assay.db.models import Proposal, ProposalStatus, StoredMessage

Ids = Sequence[UUID]
Targets = Mapping[UUID, UUID]
"""The entities that proposals are about to be merged into."""


_GIVEN: Final = "given AS MATERIALIZED (SELECT DISTINCT unnest(CAST(:ids AS uuid[])) AS id)"
"""Where every statement here begins. From there on each row is looked up by itself (LATERAL, held apart by OFFSET 0),
so that no plan can begin at the other end: the planner takes a table for empty that was vacuumed after a rollback."""


def _became(proposal: str) -> str:
    """The id of the entity that a proposal became, was merged into, or is about to be merged into."""
    return (
        f"coalesce({proposal}.created_entity_id, {proposal}.merged_into_entity_id, "
        f"(CAST(:targets AS jsonb) ->> {proposal}.id::text)::uuid)"
    )


def _living(name: str, entity: str) -> str:
    """Joins the live entity that stands for `entity` now: itself, or the one that it was merged into."""
    return f"""
        CROSS JOIN LATERAL (
            SELECT coalesce(merged_into_entity_id, id) AS id FROM entities WHERE id = {entity} OFFSET 0) old_{name}
        CROSS JOIN LATERAL (SELECT id, archived FROM entities WHERE id = old_{name}.id OFFSET 0) {name}"""


_NAMED: Final = """
    LEFT JOIN LATERAL (
        (SELECT id, 0 AS place FROM entities
         WHERE kind = 'topic' AND title_key = {key} AND NOT archived ORDER BY id LIMIT 1)
        UNION ALL
        (SELECT id, 1 FROM entities
         WHERE kind = 'topic' AND title_key = {key} AND merged_into_entity_id IS NOT NULL ORDER BY id LIMIT 1)
        ORDER BY place LIMIT 1) named ON {key} IS NOT NULL"""
"""The topic of a name; where none is live, one of that name that was merged away."""

_WANTS_TOPIC: Final = f"""
    SELECT p.id, p.topic_key, p.topic_entity_id, p.topic_proposal_id, {_became("p")} AS entity_id FROM proposals p"""

_FILINGS: Final = f"""
    WITH {_GIVEN}
    SELECT given.id AS cause_id, p.id AS proposal_id, topic.id AS topic_id, atom.id AS atom_id
    FROM given
    CROSS JOIN LATERAL (
        {_WANTS_TOPIC} WHERE p.id = given.id UNION ALL {_WANTS_TOPIC} WHERE p.topic_proposal_id = given.id) p
    LEFT JOIN LATERAL (
        SELECT {_became("t")} AS entity_id FROM proposals t WHERE t.id = p.topic_proposal_id OFFSET 0) tp ON true
    {_NAMED.format(key="p.topic_key")}
    {_living("topic", "coalesce(p.topic_entity_id, tp.entity_id, named.id)")}
    {_living("atom", "p.entity_id")}
    WHERE NOT topic.archived AND NOT atom.archived"""  # our own fragments
"""What decided proposals, and what waited for a topic among them, are to be filed under."""

_HAS_LINKS: Final = f"""
    SELECT p.id, p.proposed_links, {_became("p")} AS entity_id FROM proposals p WHERE p.proposed_links <> '[]'"""

_LINKS: Final = f"""
    WITH {_GIVEN}, run AS MATERIALIZED (
        SELECT DISTINCT p.extraction_run_id AS id
        FROM given CROSS JOIN LATERAL (SELECT extraction_run_id FROM proposals WHERE id = given.id OFFSET 0) p
    ), linking AS MATERIALIZED (
        SELECT p.* FROM given CROSS JOIN LATERAL ({_HAS_LINKS} AND p.id = given.id OFFSET 0) p
        UNION SELECT p.* FROM run CROSS JOIN LATERAL ({_HAS_LINKS} AND p.extraction_run_id = run.id OFFSET 0) p
    ), link AS MATERIALIZED (
        SELECT f.id AS from_proposal, f.entity_id AS from_entity, l.*,
            f.id IN (SELECT id FROM given) AS from_given, l."to" IN (SELECT id FROM given) AS to_given
        FROM linking f
        CROSS JOIN jsonb_to_recordset(f.proposed_links) AS l ("to" uuid, link_type text, strength float8))
    SELECT cause.id AS cause_id, a.id AS from_id, b.id AS to_id, link.link_type, link.strength
    FROM link
    CROSS JOIN LATERAL (
        SELECT link.from_proposal AS id WHERE link.from_given UNION SELECT link."to" WHERE link.to_given) cause
    CROSS JOIN LATERAL (SELECT {_became("t")} AS entity_id FROM proposals t WHERE t.id = link."to" OFFSET 0) t
    {_living("a", "link.from_entity")}
    {_living("b", "t.entity_id")}
    WHERE a.id <> b.id AND NOT a.archived AND NOT b.archived"""  # our own fragments
"""The links that decided proposals propose, or that were proposed to them, where both ends are live."""

NOWHERE: Final[dict[str, str | None]] = {"source": None, "channel": None}


async def places(session: AsyncSession, messages: Sequence[UUID | None]) -> dict[UUID | None, dict[str, str | None]]:
    """Source and channel of messages, as columns."""
    known = among(StoredMessage.id, (each for each in messages if each))
    rows = await session.execute(select(StoredMessage.id, StoredMessage.source, StoredMessage.channel).where(known))
    return {row.id: {"source": row.source, "channel": row.channel} for row in rows}


async def resolve_topics(session: AsyncSession, ids: Ids) -> None:
    """Points the topic names of new proposals at a live topic, or else at the oldest pending proposal of one."""
    await session.execute(
        text(f"""
        UPDATE proposals p SET (topic_entity_id, topic_proposal_id) = (
            SELECT entity.id, CASE WHEN entity.id IS NULL THEN topic.id END FROM (SELECT p.topic_key AS key) wanted
            {_NAMED.format(key="wanted.key")}
            LEFT JOIN LATERAL (
                SELECT coalesce(merged_into_entity_id, id) AS id FROM entities
                WHERE id = named.id OFFSET 0) entity ON true
            LEFT JOIN LATERAL (
                SELECT id FROM proposals WHERE kind = 'topic' AND title_key = wanted.key AND status = 'pending'
                ORDER BY created_at, id LIMIT 1) topic ON true)
        WHERE p.id = ANY(:ids) AND p.topic_key IS NOT NULL"""),  # our own fragments
        {"ids": list(ids)},
    )


async def pending_topics(session: AsyncSession, ids: Ids) -> list[UUID]:
    """The pending topics that these proposals would be filed under."""
    topic = aliased(Proposal)
    found = select(topic.id).distinct().join(Proposal, Proposal.topic_proposal_id == topic.id)
    wanted = found.where(among(Proposal.id, ids), topic.status == ProposalStatus.PENDING)
    return list(await session.scalars(wanted))


async def file_under_topics(session: AsyncSession, ids: Ids) -> None:
    """Files what the approved proposals became, and what waited for a topic among them."""
    await session.execute(
        text(f"""
        WITH filing AS MATERIALIZED (
            SELECT DISTINCT ON (topic_id, atom_id) topic_id, atom_id, proposal_id FROM ({_FILINGS}) AS wanted
            ORDER BY topic_id, atom_id, proposal_id)
        INSERT INTO topic_atoms (topic_id, atom_id, position)
        SELECT topic_id, atom_id, row_number() OVER (PARTITION BY topic_id ORDER BY proposal_id)
            + coalesce((SELECT position FROM topic_atoms t WHERE t.topic_id = filing.topic_id
                        ORDER BY t.topic_id DESC, position DESC LIMIT 1), 0)
        FROM filing ON CONFLICT DO NOTHING"""),  # our own fragments
        _parameters(ids, {}),
    )


async def link_atoms(session: AsyncSession, ids: Ids) -> None:
    """Draws the links of the approved proposals both of whose ends are now live."""
    await session.execute(
        text(f"""
        INSERT INTO atom_links (from_id, to_id, link_type, strength)
        SELECT DISTINCT ON (from_id, to_id, link_type) from_id, to_id, link_type, strength
        FROM ({_LINKS}) AS wanted ON CONFLICT DO NOTHING"""),  # our own fragments
        _parameters(ids, {}),
    )


async def wanted_filings(session: AsyncSession, targets: Targets) -> Sequence[Row[Any]]:
    """What the targets are to be filed under, or to file, because of the proposals that go into them."""
    statement = f"SELECT cause_id, topic_id, atom_id FROM ({_FILINGS}) AS wanted ORDER BY topic_id, proposal_id"
    return (await session.execute(text(statement), _parameters(list(targets), targets))).all()


async def wanted_links(session: AsyncSession, targets: Targets) -> Sequence[Row[Any]]:
    """The links that the targets are to get because of the proposals that go into them."""
    statement = f"SELECT * FROM ({_LINKS}) AS wanted ORDER BY from_id, to_id, link_type"
    return (await session.execute(text(statement), _parameters(list(targets), targets))).all()


def _parameters(ids: Ids, targets: Targets) -> dict[str, Any]:
    return {"ids": list(ids), "targets": as_json({str(key): value for key, value in targets.items()})}
