"""The statements of the chain. What an entry says is put together by the database, so that all read the same."""

from typing import Final

from sqlalchemy import text

_SAYS: Final = """sha256(convert_to(jsonb_build_array(a.id, extract(epoch FROM a.at), a.actor_user_id, a.action,
    a.entity_type, a.subject_id, a.channel, a.severity, a.data, a.detail, a.inverse)::text, 'UTF8'))"""
"""An epoch, because a date is written as the time zone of the connection has it."""

# Raw: deletes and reads what it deleted, in a CTE. What is gone before it was chained has an empty digest.
TAKE: Final = text(f"""
    WITH taken AS (
        DELETE FROM audit_unchained
        WHERE id IN (SELECT id FROM audit_unchained ORDER BY id LIMIT :limit) RETURNING id, entry_ids
    ), wanted AS (SELECT DISTINCT ON (entry) entry, taken.id FROM taken, unnest(entry_ids) AS entry ORDER BY entry)
    SELECT w.entry AS entry_id, CASE WHEN a.id IS NULL THEN '' ELSE {_SAYS} END AS digest,
        EXISTS (SELECT FROM audit_chain c WHERE c.entry_id = w.entry) AS is_chained
    FROM wanted w LEFT JOIN audit_log a ON a.id = w.entry ORDER BY w.id, w.entry""")

# Raw: the last link of each entry, by LATERAL, beside what the entry says now.
REDACTED: Final = text(f"""
    SELECT a.id AS entry_id, {_SAYS} AS digest FROM audit_log a CROSS JOIN LATERAL (
        SELECT digest FROM audit_chain WHERE entry_id = a.id ORDER BY number DESC LIMIT 1) AS last
    WHERE a.subject_id = ANY(:subjects) AND last.digest <> {_SAYS} ORDER BY a.id""")

# Raw: a window over all links. `says`: NULL where the entry is gone, or a later link tells what it says.
LINKS: Final = text(f"""
    SELECT c.number, c.entry_id, c.digest, c.hash, c.redacted, c.is_last, a.id IS NULL AS gone,
        CASE WHEN c.is_last THEN {_SAYS} END AS says
    FROM (SELECT *, lead(number) OVER (PARTITION BY entry_id ORDER BY number) IS NULL AS is_last FROM audit_chain) c
    LEFT JOIN audit_log a ON a.id = c.entry_id ORDER BY c.number""")

# Raw: an array of ids as rows.
UNKNOWN: Final = text("""
    SELECT a.id FROM audit_log a WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.entry_id = a.id)
        AND a.id NOT IN (SELECT unnest(entry_ids) FROM audit_unchained) ORDER BY a.id""")
