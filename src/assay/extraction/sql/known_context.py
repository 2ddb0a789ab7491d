"""The statements that find what is known near to what is read."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.embedder import Vectors
from assay.ai.extractor import RANKED, SOURCE
from assay.db.bulk import as_json
from assay.kinds import Kind

NEAREST_PER_TEXT: Final = 12


async def newest_topics(session: AsyncSession, most: int) -> list[tuple[str, bool]]:
    """Each with whether it is approved."""
    # Raw: the newest of two tables, each name once (DISTINCT ON).
    found = await session.execute(
        text("""
        SELECT title, approved FROM (
            SELECT DISTINCT ON (title_key) title, approved, created_at, id FROM (
                (SELECT title, title_key, true AS approved, created_at, id FROM entities
                 WHERE kind = 'topic' AND NOT archived
                 ORDER BY created_at DESC, id DESC LIMIT :most)
                UNION ALL
                (SELECT title, title_key, false, created_at, id FROM proposals
                 WHERE kind = 'topic' AND status = 'pending'
                 ORDER BY created_at DESC, id DESC LIMIT :most)) AS topics
            ORDER BY title_key, approved DESC, created_at, id) AS named
        ORDER BY created_at DESC, id DESC LIMIT :most"""),
        {"most": most},
    )
    return [(title, approved) for title, approved in found]


async def near(session: AsyncSession, kind: Kind, model: str, vectors: Vectors, most: int) -> list[dict[str, Any]]:
    """Entities and pending proposals of a kind. The type of the vectors is that of the index over them."""
    width = f"halfvec({vectors.shape[1]})"
    rows = [{"vector": str(vector.tolist())} for vector in vectors]
    # Raw: LATERAL, by the index over vectors of this width.
    found = await session.execute(
        text(f"""
        WITH wanted AS (SELECT CAST(vector AS {width}) AS vector FROM jsonb_to_recordset(:rows) AS r (vector text)),
        hit AS (
            SELECT near.id, min(near.distance) AS distance FROM wanted CROSS JOIN LATERAL (
                SELECT e.subject_id AS id, CAST(e.vector AS {width}) <=> wanted.vector AS distance FROM embeddings e
                WHERE e.kind = :kind AND e.model = :model
                ORDER BY CAST(e.vector AS {width}) <=> wanted.vector LIMIT :each) AS near
            GROUP BY near.id)
        SELECT p.id, coalesce(e.title, p.title) AS title, p.atom_type, e.id IS NOT NULL AS is_entity
        FROM hit JOIN proposals p ON p.id = hit.id LEFT JOIN entities e ON e.id = hit.id
        ORDER BY hit.distance, p.id LIMIT :most"""),
        {
            "rows": as_json(rows),
            "kind": kind,
            "model": model,
            "each": max(NEAREST_PER_TEXT, 2 * most // len(rows)),
            "most": most,
        },
    )
    return [dict(row) for row in found.mappings()]


async def spelled_alike(session: AsyncSession, keys: Sequence[dict[str, str]]) -> list[Any]:
    """For each key the live and the pending atoms whose titles are spelled most like it, with whose words they are."""
    like = """
        SELECT id, title, body, {is_entity} AS is_entity FROM {table}
        WHERE kind = 'atom' AND {alive} AND title_key % wanted.key
        ORDER BY similarity(title_key, wanted.key) DESC, id LIMIT 3"""
    live = like.format(is_entity="true", table="entities", alive="NOT archived")
    pending = like.format(
        is_entity="false",
        table="proposals",
        alive=f"status = 'pending' AND meta ->> '{SOURCE}' IS DISTINCT FROM '{RANKED}'",
    )
    # Raw: LATERAL, by the index over spellings.
    found = await session.execute(
        text(f"""
        SELECT wanted.said, near.*, CASE WHEN NOT near.is_entity THEN ARRAY(
            SELECT m.author FROM evidence e JOIN messages m ON m.id = e.message_id WHERE e.proposal_id = near.id) END
        FROM jsonb_to_recordset(:keys) AS wanted (said text, key text)
        CROSS JOIN LATERAL (({live}) UNION ALL ({pending})) AS near"""),
        {"keys": as_json(keys)},
    )
    return list(found)
