"""How knowledge hangs together: atoms filed under topics and linked with each other, any number in one statement."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json

Ids = Sequence[UUID]
Value = TypeVar("Value")


async def resolve_topics(session: AsyncSession, ids: Ids) -> None:
    """Points the topic names of new proposals at a live topic, or else at the oldest pending proposal of one."""
    await session.execute(
        text("""
        UPDATE proposals p SET topic_entity_id = entity.id,
            topic_proposal_id = CASE WHEN entity.id IS NULL THEN topic.id END
        FROM proposals self
        LEFT JOIN entities entity
            ON entity.kind = 'topic' AND entity.title_key = self.topic_key AND NOT entity.archived
        LEFT JOIN LATERAL (
            SELECT id FROM proposals WHERE kind = 'topic' AND title_key = self.topic_key AND status = 'pending'
            ORDER BY created_at, id LIMIT 1) topic ON true
        WHERE p.id = self.id AND p.id = ANY(:ids) AND p.topic_key IS NOT NULL"""),
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


async def file_under_topics(session: AsyncSession, ids: Ids) -> dict[UUID, list[UUID]]:
    """Files what the decided proposals became, and what waited for a topic among them. Returns topics by proposal."""
    rows = await session.execute(
        text("""
        WITH filing AS (
            SELECT DISTINCT ON (topic.id, atom.id) topic.id AS topic_id, atom.id AS atom_id, p.id AS proposal_id
            FROM proposals p
            LEFT JOIN proposals tp ON tp.id = p.topic_proposal_id
            LEFT JOIN entities named
                ON named.kind = 'topic' AND named.title_key = p.topic_key AND NOT named.archived
            JOIN entities topic ON NOT topic.archived AND topic.id =
                coalesce(p.topic_entity_id, tp.created_entity_id, tp.merged_into_entity_id, named.id)
            JOIN entities atom ON NOT atom.archived
                AND atom.id = coalesce(p.created_entity_id, p.merged_into_entity_id)
            WHERE p.id = ANY(:ids) OR p.topic_proposal_id = ANY(:ids)
        ), added AS (
            INSERT INTO topic_atoms (topic_id, atom_id, position)
            SELECT topic_id, atom_id, row_number() OVER (PARTITION BY topic_id ORDER BY proposal_id)
                + coalesce((SELECT max(position) FROM topic_atoms t WHERE t.topic_id = filing.topic_id), 0)
            FROM filing ON CONFLICT DO NOTHING RETURNING topic_id, atom_id
        )
        SELECT filing.proposal_id, filing.topic_id FROM filing JOIN added USING (topic_id, atom_id)"""),
        {"ids": list(ids)},
    )
    return _grouped(rows.tuples().all())


async def link_atoms(session: AsyncSession, ids: Ids) -> dict[UUID, list[dict[str, Any]]]:
    """Draws the proposed links both of whose ends are now live. Returns the new links by decided proposal."""
    rows = await session.execute(
        text("""
        WITH linking AS (
            SELECT DISTINCT ON (a.id, b.id, link.link_type)
                a.id AS from_id, b.id AS to_id, link.link_type, link.strength, f.id AS f_id, t.id AS t_id
            FROM proposals f
            CROSS JOIN jsonb_to_recordset(f.proposed_links) AS link ("to" uuid, link_type text, strength float8)
            JOIN proposals t ON t.id = link."to"
            JOIN entities a ON a.id = coalesce(f.created_entity_id, f.merged_into_entity_id) AND NOT a.archived
            JOIN entities b ON b.id = coalesce(t.created_entity_id, t.merged_into_entity_id) AND NOT b.archived
            WHERE a.id <> b.id AND (f.id = ANY(:ids) OR t.id = ANY(:ids) AND f.extraction_run_id IN (
                SELECT extraction_run_id FROM proposals WHERE id = ANY(:ids)))
        ), added AS (
            INSERT INTO atom_links (from_id, to_id, link_type, strength)
            SELECT from_id, to_id, link_type, strength FROM linking
            ON CONFLICT DO NOTHING RETURNING from_id, to_id, link_type
        )
        SELECT decided, jsonb_build_object('from_id', from_id, 'to_id', to_id, 'link_type', link_type)
        FROM linking JOIN added USING (from_id, to_id, link_type)
        CROSS JOIN LATERAL unnest(ARRAY[f_id, t_id]) AS decided WHERE decided = ANY(:ids)"""),
        {"ids": list(ids)},
    )
    return _grouped(rows.tuples().all())


async def remove_relations(session: AsyncSession, merges: Sequence[dict[str, Any]]) -> None:
    """Takes back the filings and links that merges added, as their inverses say."""
    await session.execute(
        text("""
        DELETE FROM topic_atoms USING jsonb_to_recordset(:merges) AS merge (entity_id uuid, topics jsonb),
            jsonb_array_elements_text(merge.topics) AS topic
        WHERE topic_id = topic::uuid AND atom_id = merge.entity_id"""),
        {"merges": as_json(merges)},
    )
    await session.execute(
        text("""
        DELETE FROM atom_links USING jsonb_to_recordset(:links) AS l (from_id uuid, to_id uuid, link_type text)
        WHERE atom_links.from_id = l.from_id AND atom_links.to_id = l.to_id AND atom_links.link_type = l.link_type"""),
        {"links": as_json([link for merge in merges for link in merge["links"]])},
    )


def _grouped(pairs: Sequence[tuple[UUID, Value]]) -> dict[UUID, list[Value]]:
    groups: dict[UUID, list[Value]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
