"""The statements of the outbox that no expression says as plainly."""

from typing import Final

from sqlalchemy import text

# Raw: a CTE numbers the rows, and its outcome is read.
PUBLISH: Final = text("""
    WITH head AS (
        SELECT coalesce(max(sequence), 0) AS sequence FROM outbox
    ), due AS (
        SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS place
        FROM (SELECT entry_id FROM outbox WHERE sequence IS NULL ORDER BY entry_id LIMIT :limit) AS waiting
    ), numbered AS (
        UPDATE outbox o SET sequence = head.sequence + due.place, published_at = now()
        FROM due, head WHERE o.entry_id = due.entry_id
        RETURNING o.entry_id, o.sequence
    )
    SELECT n.sequence, a.channel, a.action, a.entity_type, a.data, a.severity, a.at
    FROM numbered n JOIN audit_log a ON a.id = n.entry_id ORDER BY n.sequence""")

# Raw: catalogues of the server, which no model describes.
IDENTITY: Final = text("""
    SELECT md5(system_identifier || '/' || oid) FROM pg_control_system(), pg_database
    WHERE datname = current_database()""")
