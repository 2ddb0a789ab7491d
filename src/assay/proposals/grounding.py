"""Pending claims held against their evidence, when their words or their evidence change."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json
from assay.kinds import Kind
from assay.readers.quoted import in_own_words


async def hold_against_evidence(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Keeps what only the claim or only its evidence says. How it stands in its talk is to be read anew."""
    from assay.ai.grounding.support import Ground, unsupported  # a lexicon that most commands do not need

    found = await session.execute(
        text("""
        SELECT p.id, p.title, p.body, coalesce(quoted.grounds, '[]') AS grounds
        FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(
                jsonb_build_array(m.text, m.quoted, e.start_offset, e.end_offset) ORDER BY e.position) AS grounds
            FROM evidence e CROSS JOIN LATERAL (
                SELECT * FROM messages WHERE messages.id = e.message_id AND NOT is_bot LIMIT 1) AS m
            WHERE e.proposal_id = p.id AND e.verified) AS quoted
        WHERE p.status = 'pending' AND p.kind = :atom"""),
        {"ids": list(ids), "atom": Kind.ATOM},
    )
    rows = [
        {"id": each.id, "unsupported": unsupported(each.title, each.body, grounds) if grounds else []}
        for each in found
        for grounds in [[Ground(in_own_words(text, quoted), *place) for text, quoted, *place in each.grounds]]
    ]
    await session.execute(
        text("""
        UPDATE proposals p SET unsupported = new.unsupported, standing = NULL, standing_because = NULL,
            standing_at = NULL
        FROM jsonb_populate_recordset(NULL\\:\\:proposals, :rows) AS new WHERE p.id = new.id"""),
        {"rows": as_json(rows)},
    )
