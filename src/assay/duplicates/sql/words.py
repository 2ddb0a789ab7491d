"""What proposals and entities say, beside each other."""

from typing import Final

from sqlalchemy import text

# Raw: an index look-up for each id, in two tables, by LATERAL.
SAID: Final = text("""
    SELECT either.* FROM unnest(CAST(:ids AS uuid[])) AS wanted (id) CROSS JOIN LATERAL (
        (SELECT id, kind, title, body, true AS is_entity,
            CASE WHEN archived THEN 'withdrawn' ELSE 'approved' END AS state
         FROM entities WHERE id = wanted.id)
        UNION ALL
        (SELECT id, kind, title, body, false, status FROM proposals WHERE id = wanted.id)
        LIMIT 1) AS either""")

# Raw: a look-up of each vector by LATERAL, while the proposals alone are held.
LOCK: Final = text("""
    SELECT p.id, p.kind, p.title, p.body, p.identity_key, p.dedup_state, vector_dims(v.vector) AS dimensions
    FROM proposals p CROSS JOIN LATERAL (
        SELECT vector FROM embeddings WHERE subject_id = p.id AND model = :model OFFSET 0) v
    WHERE p.id = ANY(:ids) AND p.status = 'pending' ORDER BY p.id FOR NO KEY UPDATE OF p""")

# Raw: a union of what two tables hold in other words.
OF_TEAM: Final = text("""
    SELECT kind, first_title AS title1, first_body AS text1, second_title AS title2, second_body AS text2, same
    FROM pair_verdicts
    UNION
    SELECT p.kind, p.title, p.body, target.title, target.body, true
    FROM proposals p JOIN proposals target ON target.id = p.merged_into_entity_id
    JOIN users u ON u.id = p.reviewed_by_user_id
    WHERE p.status = 'merged' AND u.kind <> 'system' AND p.identity_key <> target.identity_key
    ORDER BY 1, 2, 3, 4, 5""")
