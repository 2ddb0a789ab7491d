"""The quotes behind proposals. Each row is looked up by its key, whatever the statistics say (LATERAL)."""

from typing import Final

from sqlalchemy import text

# Raw: LATERAL, for each of an array of ids.
QUOTED: Final = text("""
    SELECT e.proposal_id, e.quote, e.verified, m.id, m.author,
        m.is_bot OR coalesce(p.extraction_run_id IS NULL AND p.proposed_by_user_id <> :system
            AND m.written_by_user_id = p.proposed_by_user_id, false) AS is_bot
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    CROSS JOIN LATERAL (SELECT * FROM evidence WHERE proposal_id = p.id OFFSET 0) AS e
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE messages.id = e.message_id LIMIT 1) AS m
    ORDER BY e.proposal_id, e.position""")

# Raw: the same, with the quotes of each as jsonb.
GROUNDS: Final = text("""
    SELECT p.id, p.title, p.body, coalesce(quoted.grounds, '[]') AS grounds
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(
            jsonb_build_array(m.text, m.quoted, e.start_offset, e.end_offset, near.authors) ORDER BY e.position
            ) AS grounds
        FROM evidence e CROSS JOIN LATERAL (
            SELECT * FROM messages WHERE messages.id = e.message_id AND NOT is_bot LIMIT 1) AS m
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT author) AS authors FROM (
                SELECT author FROM messages WHERE source = m.source AND channel = m.channel AND sent_at <= m.sent_at
                ORDER BY sent_at DESC LIMIT 40) AS earlier) AS near
        WHERE e.proposal_id = p.id AND e.verified) AS quoted
    WHERE p.status = 'pending' AND p.kind = :atom""")

# Raw: an update from rows as JSON.
KEEP_UNSUPPORTED: Final = text("""
    UPDATE proposals p SET unsupported = new.unsupported, standing = NULL, standing_because = NULL,
        standing_at = NULL
    FROM jsonb_populate_recordset(NULL::proposals, :rows) AS new WHERE p.id = new.id""")

# Raw: LATERAL, for each of an array of ids.
BEHIND: Final = text("""
    SELECT wanted.id, source.id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT e.id FROM entities e WHERE e.id = wanted.id OR e.merged_into_entity_id = wanted.id) AS part
    CROSS JOIN LATERAL (
        SELECT id FROM proposals WHERE created_entity_id = part.id
        UNION ALL SELECT id FROM proposals WHERE merged_into_entity_id = part.id) AS source
    ORDER BY source.id""")
