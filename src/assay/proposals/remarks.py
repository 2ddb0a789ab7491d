"""What a person should know of an undone approval beside that it was undone."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.proposals.outcomes import Outcome


async def of_reverts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence for each of the approvals, before they are undone, that leaves something behind: a topic that was
    approved together with the atom and stays, or atoms that stay and have no topic any more."""
    rows = await session.execute(
        text("""
        WITH undone AS MATERIALIZED (SELECT unnest(CAST(:ids AS uuid[])) AS id)
        SELECT p.id, format('Its topic ''%s'', %s, stays approved.', topic.title, topic.id)
        FROM undone CROSS JOIN LATERAL (
            SELECT id, kind, status, reviewed_at, coalesce(topic_entity_id, topic_proposal_id) AS topic_id
            FROM proposals WHERE id = undone.id OFFSET 0) p
        CROSS JOIN LATERAL (
            SELECT id, title, status, reviewed_at FROM proposals WHERE id = p.topic_id OFFSET 0) topic
        WHERE p.kind = 'atom' AND p.status = 'approved' AND topic.status = 'approved'
            AND topic.reviewed_at = p.reviewed_at AND topic.id NOT IN (SELECT id FROM undone)
        UNION ALL
        SELECT left_alone.topic_id, CASE WHEN count(*) = 1 THEN '1 atom stays approved and has no topic any more.'
            ELSE count(*) || ' atoms stay approved and have no topic any more.' END
        FROM undone CROSS JOIN LATERAL (
            SELECT id, kind FROM proposals WHERE id = undone.id OFFSET 0) p CROSS JOIN LATERAL (
            SELECT f.topic_id FROM topic_atoms f JOIN entities a ON a.id = f.atom_id AND NOT a.archived
            WHERE p.kind = 'topic' AND f.topic_id = undone.id
                AND f.atom_id NOT IN (SELECT id FROM undone) AND NOT EXISTS (
                SELECT FROM topic_atoms other JOIN entities t ON t.id = other.topic_id AND NOT t.archived
                WHERE other.atom_id = f.atom_id AND other.topic_id NOT IN (SELECT id FROM undone))) AS left_alone
        GROUP BY left_alone.topic_id"""),
        {"ids": list(ids)},
    )
    return dict(rows.tuples().all())


def remarked(outcomes: Sequence[Outcome], remarks: dict[UUID, str]) -> list[Outcome]:
    """The outcomes with what is to be said beside."""
    return [
        replace(each, message=f"{each.message} {remarks[each.id]}") if each.done and each.id in remarks else each
        for each in outcomes
    ]
