"""The queue as somebody sees and takes it. Each row is looked up by its key, whatever the statistics say (LATERAL)."""

from typing import Final

from sqlalchemy import text

EXCERPT: Final = 200
"""Characters of the body."""

_HEADLINE: Final = """CASE WHEN CAST(:words AS text) IS NOT NULL THEN ts_headline('english',
        translate(left({0}, 20000), :special, :brackets), websearch_to_tsquery('english', :words), :{1}) END"""

_PENDING: Final = """(SELECT count(*) FROM (
            SELECT status FROM proposals WHERE {0} OFFSET 0) AS those WHERE status = 'pending')"""
"""Those of a key first, and of them the pending ones: else all that wait may be read for each row."""
_LATER: Final = "similar_entity_id = p.similar_entity_id AND (created_at, id) > (p.created_at, p.id)"

# Raw: a dozen look-ups for each of an array of ids, by LATERAL.
ROWS: Final = text(f"""
    SELECT p.id, p.kind, p.title, left(p.body, {EXCERPT}) AS excerpt, p.atom_type AS type,
        coalesce(topic.title, wanted_topic.title, p.topic_name) AS topic, p.confidence, p.status, p.version,
        p.dedup_state, p.similarity_type, p.similarity_score,
        coalesce(p.similar_entity_id, p.similar_proposal_id) AS like_id,
        coalesce(entity.title, earlier.title) AS like_title, p.similar_entity_id IS NOT NULL AS like_is_entity,
        p.source, p.channel, p.created_at, p.refreshed_at, p.snoozed_until, p.assignee_user_id,
        p.reviewed_by_user_id, p.reviewed_at, p.review_action, seen.version AS seen_version,
        (SELECT count(*) FROM audit_log a WHERE a.subject_id = p.id AND a.action = 'proposal.noted') AS notes,
        {_PENDING.format("topic_proposal_id = p.id")} AS waiting,
        {_PENDING.format("similar_proposal_id = p.id")} + {_PENDING.format(_LATER)} AS repeats,
        {_HEADLINE.format("p.title", "whole")} AS marked_title, {_HEADLINE.format("p.body", "options")} AS marked_body
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, place)
    CROSS JOIN LATERAL (SELECT * FROM proposals WHERE proposals.id = wanted.id LIMIT 1) AS p
    LEFT JOIN LATERAL (SELECT title FROM entities WHERE id = p.topic_entity_id LIMIT 1) AS topic ON true
    LEFT JOIN LATERAL (
        SELECT title FROM proposals t WHERE t.id = p.topic_proposal_id LIMIT 1) AS wanted_topic ON true
    LEFT JOIN LATERAL (SELECT title FROM entities WHERE id = p.similar_entity_id LIMIT 1) AS entity ON true
    LEFT JOIN LATERAL (SELECT title FROM proposals e WHERE e.id = p.similar_proposal_id LIMIT 1) AS earlier ON true
    LEFT JOIN LATERAL (
        SELECT version FROM seen_versions s WHERE s.user_id = :user AND s.proposal_id = p.id LIMIT 1) AS seen ON true
    ORDER BY wanted.place""")

_MINE_OR_OVER: Final = "review_claims.user_id = :user OR review_claims.expires_at <= :at"

# Raw: an upsert of the first that is free of a set.
RESERVE_FIRST: Final = text(f"""
    INSERT INTO review_claims (proposal_id, user_id, expires_at)
    SELECT p.id, :user, :until
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS wanted (id, place)
    CROSS JOIN LATERAL (SELECT id, status FROM proposals WHERE proposals.id = wanted.id OFFSET 0) AS p
    WHERE p.status = 'pending' AND NOT EXISTS (
        SELECT FROM review_claims WHERE proposal_id = p.id AND NOT ({_MINE_OR_OVER}))
    ORDER BY wanted.place LIMIT 1
    ON CONFLICT (proposal_id) DO UPDATE SET user_id = excluded.user_id, expires_at = excluded.expires_at
        WHERE {_MINE_OR_OVER}
    RETURNING proposal_id""")

# Raw: CTE and LATERAL, sentences out of what is found.
LEFT_BEHIND: Final = text("""
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
    GROUP BY left_alone.topic_id""")
