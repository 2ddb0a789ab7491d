"""Figures about all proposals, each by what an index or a tally holds."""

from typing import Final

from sqlalchemy import text

_DIMENSIONS: Final = "kind, status, review_action, auto_approved, auto_reverted, flagged"

# Raw: CTEs that delete, count and insert in one snapshot.
REFOLD: Final = text(f"""
    WITH told AS (
        DELETE FROM proposal_tallies RETURNING {_DIMENSIONS}, proposals
    ), truth AS (
        SELECT kind, status, coalesce(review_action, '') AS review_action, auto_approved, auto_reverted,
            similarity_score IS NOT NULL AS flagged, count(*) AS proposals,
            sum(round(confidence * 1000000)) AS confidence_millionths
        FROM proposals GROUP BY 1, 2, 3, 4, 5, 6
    ), kept AS (
        INSERT INTO proposal_tallies ({_DIMENSIONS}, proposals, confidence_millionths)
        SELECT {_DIMENSIONS}, proposals, confidence_millionths FROM truth
    ), difference AS (
        SELECT {_DIMENSIONS}, proposals FROM truth
        UNION ALL SELECT {_DIMENSIONS}, -proposals FROM told
    )
    SELECT EXISTS (SELECT FROM difference GROUP BY {_DIMENSIONS} HAVING sum(proposals) <> 0)""")

# Raw: LATERAL, for the newest message behind each.
TIMES: Final = text("""
    SELECT kind, avg(extract(epoch FROM reviewed_at - coalesce(arrived, created_at)))::float8 FROM (
        SELECT kind, id, created_at, reviewed_at FROM proposals
        WHERE auto_approved AND status = 'approved' AND reviewed_by_user_id = :system AND reviewed_at > :since
        OFFSET 0) AS p
    CROSS JOIN LATERAL (
        SELECT max(m.ingested_at) AS arrived FROM evidence e
        CROSS JOIN LATERAL (SELECT ingested_at FROM messages WHERE messages.id = e.message_id LIMIT 1) AS m
        WHERE e.proposal_id = p.id) AS quoted
    GROUP BY kind""")

# Raw: links out of jsonb, and LATERAL.
TAKEN_BACK: Final = text("""
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
    ) AS taken_back GROUP BY kind""")
