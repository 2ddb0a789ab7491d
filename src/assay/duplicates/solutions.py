"""What solves something does not say the same, however alike the two are."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.duplicates.scorer import Pair
from assay.kinds import LinkType


async def solution_pairs(session: AsyncSession, pairs: Sequence[Pair]) -> set[tuple[UUID, UUID]]:
    """The ids of those pairs of which one solves the other, by a link or by a proposed one.

    What is the same word for word stays the same: no link makes two of it.
    """
    asked = [(one.id, other.id) for one, other in pairs if one.identity_key != other.identity_key]
    if not asked:
        return set()
    found = await session.execute(
        text("""
        WITH asked AS MATERIALIZED (
            SELECT DISTINCT * FROM unnest(CAST(:ones AS uuid[]), CAST(:others AS uuid[])) AS pair (one, other)
        ), ways AS MATERIALIZED (
            SELECT one, other, one AS solution, other AS problem FROM asked
            UNION ALL
            SELECT one, other, other, one FROM asked)
        SELECT DISTINCT ways.one, ways.other FROM ways
        CROSS JOIN LATERAL (SELECT proposed_links FROM proposals WHERE id = ways.solution OFFSET 0) AS p
        CROSS JOIN jsonb_to_recordset(p.proposed_links) AS link ("to" uuid, link_type text)
        LEFT JOIN LATERAL (
            SELECT coalesce(created_entity_id, merged_into_entity_id) AS id FROM proposals
            WHERE id = link."to" OFFSET 0) AS became ON true
        WHERE link.link_type = :solves AND ways.problem IN (link."to", became.id)
        UNION
        SELECT ways.one, ways.other FROM ways CROSS JOIN LATERAL (
            SELECT FROM atom_links WHERE from_id = ways.solution AND to_id = ways.problem AND link_type = :solves
            OFFSET 0) AS drawn"""),
        {"ones": [one for one, _ in asked], "others": [other for _, other in asked], "solves": LinkType.SOLVES},
    )
    return set(found.tuples().all())
