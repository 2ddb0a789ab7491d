"""Whole sets of pairs: what people and links said of them, and what a scan found."""

from typing import Final

from sqlalchemy import text

# Raw: a join with the rows of two arrays.
DISMISSED: Final = text("""
    SELECT v.kind, v.first_hash, v.second_hash FROM pair_verdicts v
    JOIN (SELECT DISTINCT * FROM unnest(CAST(:firsts AS text[]), CAST(:seconds AS text[]))) AS asked (one, other)
        ON v.first_hash = asked.one AND v.second_hash = asked.other
    WHERE NOT v.same""")

# Raw: an upsert from a set.
REMEMBER: Final = text("""
    INSERT INTO pair_verdicts (kind, first_hash, second_hash, same, first_title, first_body, second_title,
        second_body, decided_by_user_id, decided_at, notes)
    SELECT DISTINCT ON (kind, first_hash, second_hash) kind, first_hash, second_hash, :same, first_title,
        first_body, second_title, second_body, :user, :at, notes
    FROM jsonb_populate_recordset(NULL::pair_verdicts, :rows)
    ON CONFLICT (kind, first_hash, second_hash) DO UPDATE SET same = excluded.same, notes = excluded.notes,
        decided_by_user_id = excluded.decided_by_user_id, decided_at = excluded.decided_at""")

FORGET: Final = text("""
    DELETE FROM pair_verdicts
    WHERE kind = :kind AND first_hash = :first_hash AND second_hash = :second_hash AND NOT same RETURNING kind""")

# Raw: CTEs over arrays, links out of jsonb, and an index look-up for each, by LATERAL.
SOLUTIONS: Final = text("""
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
        OFFSET 0) AS drawn""")

# Raw: upserts from a set.
KEEP_PAIRS: Final = text("""
    INSERT INTO entity_pairs (first_id, second_id, score, type, explanation, scorer, found_at)
    SELECT DISTINCT ON (first_id, second_id) first_id, second_id, score, type, explanation, scorer, found_at
    FROM jsonb_populate_recordset(NULL::entity_pairs, :rows) ORDER BY first_id, second_id
    ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, type = excluded.type,
        explanation = excluded.explanation, scorer = excluded.scorer, found_at = excluded.found_at""")

STAMP_ENTITIES: Final = text("""
    INSERT INTO entity_scans (entity_id, scorer, text_hash, scanned_at)
    SELECT entity_id, scorer, text_hash, scanned_at FROM jsonb_populate_recordset(NULL::entity_scans, :rows)
    ON CONFLICT (entity_id) DO UPDATE SET scorer = excluded.scorer, text_hash = excluded.text_hash,
        scanned_at = excluded.scanned_at""")
