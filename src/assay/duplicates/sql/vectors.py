"""The vectors of everything alive and their indexes, as SQL has them."""

import re
from typing import Final

from sqlalchemy import TextClause, text

from assay.errors import InvalidInput
from assay.kinds import Kind

LINKS: Final = 32
"""Neighbours that the graph of vectors keeps of each (the `m` of HNSW). With 16, the default, one repetition in twenty
is not found among 200,000 (docs/decisions/0077-a-denser-graph.md)."""

_MODEL_NAME: Final = re.compile(r"[a-z0-9._-]{1,100}")

_ALIVE: Final = """(
    SELECT id, kind, title, body, created_at, true AS is_entity FROM entities WHERE NOT archived
    UNION ALL
    SELECT id, kind, title, body, created_at, false FROM proposals WHERE status = 'pending') AS alive"""

_WITHOUT_VECTOR: Final = "NOT EXISTS (SELECT FROM embeddings v WHERE v.subject_id = alive.id AND v.model = :model)"

# Raw: entities and proposals as one list.
MISSING: Final = text(f"""
    SELECT id, kind, title, body FROM {_ALIVE} WHERE {_WITHOUT_VECTOR}
    ORDER BY is_entity DESC, created_at, id LIMIT :limit""")
COUNT_MISSING: Final = text(f"SELECT count(*) FILTER (WHERE {_WITHOUT_VECTOR}), count(*) FROM {_ALIVE}")

# Raw: rows as JSON, into a type that SQLAlchemy does not know.
WRITE: Final = text(f"""
    INSERT INTO embeddings (subject_id, model, kind, text_hash, vector)
    SELECT alive.id, :model, alive.kind, new.text_hash, new.vector::halfvec
    FROM jsonb_to_recordset(:rows)
        AS new (position int, id uuid, title text, body text, text_hash text, vector text)
    JOIN {_ALIVE} USING (id, title, body)
    WHERE NOT EXISTS (SELECT FROM embedding_models WHERE model = :model AND state = 'retired')
    ORDER BY new.position
    ON CONFLICT DO NOTHING RETURNING subject_id""")

# Raw: the same, and what was used is noted on the way, by a CTE.
CACHED: Final = text("""
    WITH used AS (
        UPDATE cached_vectors SET used_at = :now
        WHERE model = :model AND text_hash = ANY(:hashes) AND used_at < :now - interval '1 day')
    SELECT text_hash, vector::text FROM cached_vectors
    WHERE model = :model AND text_hash = ANY(:hashes)""")
CACHE: Final = text("""
    INSERT INTO cached_vectors (model, text_hash, vector, used_at)
    SELECT :model, hash, vector::halfvec, :now
    FROM unnest(CAST(:hashes AS text[]), CAST(:vectors AS text[])) AS made (hash, vector)
    ORDER BY hash ON CONFLICT DO NOTHING""")

# Raw: catalogues and commands of the server.
KNOWN_INDEXES: Final = text("SELECT relname::text FROM pg_class WHERE relkind = 'i' AND relname = ANY(:names)")
INDEXES_OF: Final = text("""
    SELECT indexname::text FROM pg_indexes WHERE tablename = 'embeddings' AND indexdef LIKE '%USING hnsw%'
        AND position(:literal IN indexdef) > 0""")
OUTDATED_INDEXES: Final = text("""
    SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE i.indrelid = to_regclass('embeddings') AND a.amname = 'hnsw'
        AND NOT coalesce(c.reloptions @> ARRAY[:links], false)
    ORDER BY 1""")


def quoted(model: str) -> str:
    """The model's name as a literal of SQL: an index serves only a condition that names its model outright."""
    if not _MODEL_NAME.fullmatch(model):
        raise InvalidInput(
            f"The embedding model {model!r} has a name that cannot be used: up to 100 characters of a-z, 0-9, dot, "
            "underscore and dash are allowed."
        )
    return f"'{model}'"


def index_made(name: str, kind: Kind, model: str, dimensions: int) -> TextClause:
    """`model`: a literal of SQL."""
    return text(f"""
        CREATE INDEX IF NOT EXISTS {name} ON embeddings
        USING hnsw ((vector::halfvec({dimensions})) halfvec_cosine_ops) WITH (m = {LINKS})
        WHERE kind = '{kind}' AND model = {model}""")


def index_rebuilt(name: str) -> str:
    """What a person types who gives an index today's parameters."""
    return f"ALTER INDEX {name} SET (m = {LINKS}); REINDEX INDEX CONCURRENTLY {name};"


def index_dropped(name: str) -> TextClause:
    return text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


# Raw: by the place of the rows on the disk, for no key orders them.
def removed_at_most(number: int) -> TextClause:
    """Vectors of models that serve no longer."""
    return text(f"""
        DELETE FROM embeddings WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM embeddings
            WHERE model NOT IN (SELECT model FROM embedding_models WHERE state <> 'retired')
            LIMIT {number})) RETURNING 1""")
