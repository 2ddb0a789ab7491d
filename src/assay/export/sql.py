"""The statements that take records out as they are, and bring them back."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import TextClause, text

from assay.db.models import SYSTEM_USER_ID, Role

ENDED: Final = "a token that was restored: "
"""Before its id. No digest of a token is ever kept of this, so nobody has a token that fits."""

# Raw: commands of the server.
ONE_MOMENT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
MAKE_RESTORED: Final = text("CREATE TEMP TABLE restored (name text, row jsonb) ON COMMIT DROP")

# Raw: rows as JSON, and a table of which there is no model.
LOAD: Final = text(
    "INSERT INTO restored SELECT i.name, i.row FROM jsonb_to_recordset(:rows) AS i (name text, row jsonb)"
)
EXPORTED_COLUMNS: Final = text("""
    SELECT jsonb_object_keys(first.row) FROM (SELECT row FROM restored WHERE name = :name LIMIT 1) AS first""")

# Raw: an index look-up for each row of an array, by LATERAL.
FILED: Final = text("""
    SELECT f.topic_id, a.* FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT * FROM topic_atoms WHERE topic_id = wanted.id ORDER BY position, atom_id LIMIT :most) AS f
    CROSS JOIN LATERAL (
        SELECT id, title, body, atom_type, confidence, created_at, updated_at FROM entities
        WHERE id = f.atom_id AND NOT archived LIMIT 1) AS a
    ORDER BY f.topic_id, f.position, a.id""")


# Raw: whole rows as JSON.
def records_of(table: str, key: Sequence[str], *, without: Collection[str]) -> TextClause:
    """Each row as JSON, but for what is secret, in the order of the key."""
    taken_out = "".join(f" - '{column}'" for column in without)
    order = ", ".join(f"t.{column}" for column in key)
    return text(f"SELECT (to_jsonb(t){taken_out})::text FROM {table} t ORDER BY {order}")


# Raw: rows as JSON, whose types are those of the table.
def records_inserted(table: str, columns: Sequence[str], *, with_admins: bool) -> TextClause:
    """Tokens come back ended, and admins as reviewers unless they are to stay what they were. The user that every
    database has is not brought back a second time."""
    values = {column: f"r.{column}" for column in columns}
    if table == "api_tokens":
        values["revoked_at"] = "coalesce(r.revoked_at, now())"
        values["secret_hash"] = f"encode(sha256(convert_to('{ENDED}' || r.id, 'UTF8')), 'hex')"
    if "role" in values and table == "users" and not with_admins:
        values["role"] = f"CASE r.role WHEN '{Role.ADMIN}' THEN '{Role.REVIEWER}' ELSE r.role END"
    seed = f" AND r.id <> {SYSTEM_USER_ID}" if table == "users" else ""
    return text(f"""
        INSERT INTO {table} ({", ".join(values)}) SELECT {", ".join(values.values())} FROM restored
        CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, restored.row) AS r
        WHERE restored.name = :name{seed}""")
