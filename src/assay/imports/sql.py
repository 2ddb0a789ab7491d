"""The statement that no expression says as plainly."""

from typing import Final

from sqlalchemy import text

# Raw: CTEs that several counts share.
OUTCOME: Final = text("""
    WITH mine AS (SELECT id, extraction_run_id, read_at, is_latest FROM messages WHERE import_id = :id),
    claims AS (
        SELECT p.kind, p.created_entity_id IS NOT NULL AS is_knowledge FROM proposals p
        WHERE EXISTS (SELECT FROM evidence e WHERE e.proposal_id = p.id AND e.message_id IN (SELECT id FROM mine)))
    SELECT (SELECT count(*) FROM mine WHERE read_at IS NULL AND is_latest) AS unread,
        (SELECT coalesce(array_agg(run ORDER BY run DESC), '{}') FROM (
            SELECT DISTINCT extraction_run_id AS run FROM mine
            WHERE extraction_run_id IS NOT NULL ORDER BY 1 DESC LIMIT :most) AS newest) AS runs,
        count(*) FILTER (WHERE kind = 'topic') AS topic_proposals,
        count(*) FILTER (WHERE kind = 'atom') AS atom_proposals,
        count(*) FILTER (WHERE kind = 'topic' AND is_knowledge) AS topics,
        count(*) FILTER (WHERE kind = 'atom' AND is_knowledge) AS atoms
    FROM claims""")
