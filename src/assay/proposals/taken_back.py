"""Approvals by the system that did not last, by reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import SYSTEM_USER_ID
from assay.kinds import Kind


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many; each counts under one reason."""

    reverted: int = 0
    """Somebody undid the approval."""
    superseded: int = 0
    """Somebody undid it, and something that says another thing about the same is approved."""
    disputed: int = 0
    """It stands still, and the machine read that somebody spoke against it: a proposal that contradicts it waits or
    was approved. What people and agents propose against it does not count, for anybody can."""


async def taken_back(session: AsyncSession) -> Mapping[Kind, TakenBack]:
    """Of each kind. It reads what was reverted and what contradicts something, by an index of each."""
    rows = await session.execute(
        text("""
        SELECT kind, count(*) FILTER (WHERE reason = 'reverted'), count(*) FILTER (WHERE reason = 'superseded'),
            count(*) FILTER (WHERE reason = 'disputed')
        FROM (
            SELECT p.kind, CASE WHEN EXISTS (
                    SELECT FROM proposals later WHERE later.similar_entity_id = p.id
                        AND later.similarity_type = 'update' AND later.status = 'approved')
                THEN 'superseded' ELSE 'reverted' END AS reason
            FROM proposals p WHERE p.auto_reverted AND p.kind = ANY(:kinds)
            UNION ALL
            SELECT p.kind, 'disputed' FROM (
                SELECT DISTINCT l."to" AS id FROM proposals against
                CROSS JOIN jsonb_to_recordset(against.proposed_links) AS l ("to" uuid, link_type text)
                WHERE against.proposed_links @> '[{"link_type": "contradicts"}]' AND against.status <> 'rejected'
                    AND l.link_type = 'contradicts'
                    AND (against.extraction_run_id IS NOT NULL OR against.proposed_by_user_id = :system)
                ) AS disputed
            CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = disputed.id LIMIT 1) AS p
            WHERE p.auto_approved AND p.status = 'approved' AND p.reviewed_by_user_id = :system
        ) AS taken_back GROUP BY kind"""),
        {"kinds": list(Kind), "system": SYSTEM_USER_ID},
    )
    return {Kind(kind): TakenBack(*counts) for kind, *counts in rows}
