"""What was said around the words that proposals quote, and the channels in which more was said since."""

from typing import Final

from sqlalchemy import text

from assay.extraction.sql.runs import COLUMNS

# Raw: three look-ups for each of an array of ids, by LATERAL.
QUOTED: Final = text(f"""
    SELECT p.id AS proposal_id, p.title, p.body, e.start_offset, e.end_offset,
        NOT m.is_latest AS superseded, {COLUMNS}
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    LEFT JOIN LATERAL (SELECT * FROM evidence WHERE proposal_id = p.id AND verified OFFSET 0) AS e ON true
    LEFT JOIN LATERAL (SELECT * FROM messages WHERE messages.id = e.message_id LIMIT 1) AS m ON true
    WHERE p.kind = :atom ORDER BY p.id, e.position""")

_CHANNEL: Final = """
        SELECT m.id FROM messages m
        WHERE m.source = anchor.source AND m.channel = anchor.channel AND m.is_latest AND m.sent_at"""
# Raw: CTEs over rows as JSON, and stretches of an index for each, by LATERAL.
HEARD: Final = text(f"""
    WITH anchor AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(:anchors) AS a (
            proposal_id uuid, source text, channel text, began timestamptz)
    ), quoted AS MATERIALIZED (
        SELECT q.proposal_id, m.source, m.channel, m.sent_at, unnest(ARRAY[m.external_id, m.thread]) AS thread
        FROM jsonb_to_recordset(:quoted) AS q (proposal_id uuid, id uuid)
        CROSS JOIN LATERAL (SELECT * FROM messages WHERE messages.id = q.id LIMIT 1) AS m
    ), near AS MATERIALIZED (
        SELECT anchor.proposal_id, heard.id FROM anchor CROSS JOIN LATERAL (
            ({_CHANNEL} < anchor.began ORDER BY m.sent_at DESC, m.id DESC LIMIT :before)
            UNION ALL
            ({_CHANNEL} >= anchor.began ORDER BY m.sent_at, m.id LIMIT :after)) AS heard
        UNION SELECT quoted.proposal_id, heard.id FROM quoted CROSS JOIN LATERAL (
            SELECT m.id FROM messages m
            WHERE m.source = quoted.source AND m.channel = quoted.channel AND m.thread = quoted.thread
                AND m.is_latest AND m.sent_at >= quoted.sent_at ORDER BY m.sent_at, m.id LIMIT :after) AS heard
    )
    SELECT heard.proposal_ids, {COLUMNS}
    FROM (SELECT id, array_agg(proposal_id) AS proposal_ids FROM near GROUP BY id) AS heard
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE messages.id = heard.id LIMIT 1) AS m""")

# Raw: an update from rows as JSON.
KEEP: Final = text("""
    UPDATE proposals p SET unsupported = new.unsupported, standing = new.standing,
        standing_because = new.standing_because, standing_at = :at
    FROM jsonb_populate_recordset(NULL::proposals, :rows) AS new
    WHERE p.id = new.id AND (p.unsupported, p.standing, p.standing_because) IS DISTINCT FROM
        (new.unsupported, new.standing, new.standing_because)""")

# Raw: rows as JSON, and a CTE that deletes what is done while the rest goes on.
HOLD: Final = text("""
    SELECT c.source, c.channel FROM jsonb_to_recordset(:places) AS place (source text, channel text)
    JOIN changed_talks c ON c.source = place.source AND c.channel = place.channel
    FOR UPDATE OF c SKIP LOCKED""")
GO_ON: Final = text("""
    WITH looked AS (SELECT * FROM jsonb_to_recordset(:places) AS place (source text, channel text, last uuid))
    , done AS (
        DELETE FROM changed_talks c USING looked
        WHERE c.source = looked.source AND c.channel = looked.channel AND looked.last IS NULL)
    UPDATE changed_talks c SET looked_up_to = looked.last FROM looked
    WHERE c.source = looked.source AND c.channel = looked.channel AND looked.last IS NOT NULL""")

# Raw: CTEs over rows as JSON, and stretches of an index for each, by LATERAL.
NEXT_ATOMS: Final = text("""
    WITH changed AS MATERIALIZED (
        SELECT c.* FROM jsonb_to_recordset(:places) AS place (source text, channel text)
        JOIN changed_talks c ON c.source = place.source AND c.channel = place.channel
    ), reach AS MATERIALIZED (
        SELECT changed.*, coalesce((
            SELECT m.sent_at FROM messages m
            WHERE m.source = changed.source AND m.channel = changed.channel AND m.sent_at < changed.since
            ORDER BY m.sent_at DESC OFFSET :back LIMIT 1), '-infinity') AS first
        FROM changed
    ), heard AS MATERIALIZED (
        SELECT reach.source, reach.channel, m.id FROM reach CROSS JOIN LATERAL (
            SELECT id FROM messages WHERE source = reach.source AND channel = reach.channel
                AND sent_at BETWEEN reach.first AND reach.until OFFSET 0) AS m
        UNION
        SELECT reach.source, reach.channel, m.id FROM reach CROSS JOIN LATERAL (
            SELECT DISTINCT thread FROM messages WHERE source = reach.source AND channel = reach.channel
                AND sent_at BETWEEN reach.since AND reach.until AND thread IS NOT NULL OFFSET 0) AS spoken
        CROSS JOIN LATERAL (
            (SELECT id FROM messages WHERE source = reach.source AND external_id = spoken.thread OFFSET 0)
            UNION ALL
            (SELECT id FROM messages WHERE source = reach.source AND channel = reach.channel
                AND thread = spoken.thread AND sent_at <= reach.until OFFSET 0)) AS m
    )
    SELECT found.*, reach.source, reach.channel FROM reach CROSS JOIN LATERAL (
        SELECT p.id, n.title, n.atom_type, n.confidence, p.standing, p.standing_because
        FROM heard
        CROSS JOIN LATERAL (SELECT proposal_id FROM evidence WHERE message_id = heard.id AND verified OFFSET 0) AS e
        CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = e.proposal_id LIMIT 1) AS p
        CROSS JOIN LATERAL (SELECT * FROM entities WHERE entities.id = p.id LIMIT 1) AS n
        WHERE heard.source = reach.source AND heard.channel = reach.channel
            AND p.kind = 'atom' AND p.status = 'approved' AND p.auto_approved AND p.reviewed_by_user_id = :system
            AND (NOT n.archived OR n.merged_into_entity_id IS NOT NULL)
            AND (reach.looked_up_to IS NULL OR p.id > reach.looked_up_to)
        GROUP BY p.id, n.title, n.atom_type, n.confidence, p.standing, p.standing_because
        ORDER BY p.id LIMIT :most) AS found""")

# Raw: the last of the versions of each of an array of ids, by LATERAL.
LATEST: Final = text(f"""
    SELECT asked.id AS asked, {COLUMNS} FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (SELECT source, external_id FROM messages WHERE messages.id = asked.id LIMIT 1) AS known
    CROSS JOIN LATERAL (
        SELECT * FROM messages WHERE messages.source = known.source AND messages.external_id = known.external_id
        ORDER BY version DESC LIMIT 1) AS m""")
