"""Who says something else, or the opposite. Found by an index of just that, whatever the statistics say."""

from typing import Final

from sqlalchemy import text

from assay.db.models.proposals import UPDATED

CONTRADICTING: Final = """
    SELECT * FROM proposals WHERE proposed_links @> '[{{"link_type": "contradicts"}}]' AND proposed_links @> {link}
    OFFSET 0"""
"""Those that say the opposite of something. `link`: that, as the links of a proposal hold it."""


def later_updates(earlier: str) -> str:
    """SQL for the pending proposals that are an update of an entity or a proposal. `earlier`: an expression of its id.

    Found by the index of just that, whatever the statistics say: nothing else is asked before.
    """
    return f"""
        SELECT id, title FROM (
            SELECT id, title, dedup_state FROM proposals
            WHERE reviewed_at IS NULL AND {UPDATED} @> to_jsonb({earlier}) OFFSET 0) AS marked
        WHERE dedup_state = 'duplicate'"""


# Raw: a union with what such an index finds.
QUESTIONED_BY: Final = text(f"""
    SELECT id, title FROM ({later_updates("CAST(:id AS uuid)")}) AS later
    UNION SELECT id, title FROM ({CONTRADICTING.format(link="CAST(:link AS jsonb)")}) AS against
    WHERE status = 'pending' AND (extraction_run_id IS NOT NULL OR proposed_by_user_id = :system)
    ORDER BY id LIMIT :limit""")

# Raw: a CTE over rows as JSON.
BACKED: Final = text("""
    WITH backed AS (
        SELECT w.place, e.proposal_id FROM jsonb_to_recordset(:spoken_against) AS w
            (place int, message_id uuid, start_offset int, end_offset int)
        JOIN evidence e ON e.message_id = w.message_id AND e.verified
            AND e.start_offset < w.end_offset AND e.end_offset > w.start_offset)
    SELECT DISTINCT backed.place, coalesce(live.id, p.id) AS id, live.id IS NOT NULL AS is_entity,
        coalesce(live.title, p.title) AS title, coalesce(live.atom_type, p.atom_type) AS atom_type,
        coalesce(live.confidence, p.confidence) AS confidence
    FROM backed JOIN proposals p ON p.id = backed.proposal_id AND p.kind = 'atom'
    LEFT JOIN entities own ON own.id = p.id
    LEFT JOIN entities live
        ON live.id = coalesce(own.merged_into_entity_id, own.id, p.merged_into_entity_id) AND NOT live.archived
    WHERE p.status = 'pending' OR live.id IS NOT NULL
    ORDER BY backed.place, id""")

# Raw: such an index for each of the rows as JSON.
ASKED: Final = text(f"""
    SELECT against.atom FROM jsonb_to_recordset(:against) AS against (atom uuid, link jsonb, messages uuid[])
    WHERE EXISTS (
        SELECT FROM ({CONTRADICTING.format(link="against.link")}) AS p
        WHERE p.proposed_by_user_id = :system AND p.id <> ALL(CAST(:ids AS uuid[])) AND (
            p.status = 'pending' OR p.source_message_ids && against.messages))""")
