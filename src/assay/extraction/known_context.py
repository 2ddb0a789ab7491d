"""The knowledge near what is read: topics to file under, atoms to link to.

Where there is little of it, all of it is near. Else it is what lies nearest in the space of meanings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.conversations import conversations
from assay.ai.embedder import Vectors
from assay.ai.extractor import KnownAtom, Window
from assay.db.bulk import as_json
from assay.extraction.restatements import INTRODUCTION, RestatableAtom
from assay.kinds import AtomType, Kind, folded
from assay.text.authors import author_key

MAX_TEXTS: Final = 40
"""Texts that stand for a window when its neighbourhood is looked for."""
MAX_TEXT_CHARACTERS: Final = 800
"""Characters of such a text."""
NEAREST_PER_TEXT: Final = 12


@dataclass(frozen=True, slots=True)
class ContextSize:
    """How much knowledge an extractor is shown."""

    topics: int
    atoms: int


FOR_A_CONVERSATION: Final = ContextSize(topics=60, atoms=30)
FOR_A_CHAT: Final = ContextSize(topics=500, atoms=200)


@dataclass(frozen=True, slots=True)
class KnownContext:
    topics: Sequence[str]
    atoms: Sequence[KnownAtom]
    everything: bool
    """There is no more than this."""


def texts(window: Window) -> list[str]:
    """What stands for the window in the space of meanings: its longest conversations, shortened."""
    said = [
        "\n".join(message.text[:MAX_TEXT_CHARACTERS] for message in part) for part in conversations(window.messages)
    ]
    return [text[:MAX_TEXT_CHARACTERS] for text in sorted(said, key=len, reverse=True)[:MAX_TEXTS]]


async def newest(session: AsyncSession, size: ContextSize) -> KnownContext:
    """The newest topics, those that are only proposed among them, and the newest atoms."""
    topics = await _topics(session, size.topics + 1)
    atoms = await _atoms(session, size.atoms + 1)
    everything = len(topics) <= size.topics and len(atoms) <= size.atoms
    return KnownContext(topics[: size.topics], atoms[: size.atoms], everything)


async def nearest(session: AsyncSession, model: str, vectors: Vectors, size: ContextSize) -> KnownContext:
    """What lies nearest to any of the vectors, the nearest first."""
    topics = await _near(session, Kind.TOPIC, model, vectors, size.topics)
    atoms = await _near(session, Kind.ATOM, model, vectors, size.atoms)
    return KnownContext(
        list(dict.fromkeys(row["title"] for row in topics)),
        [KnownAtom(row["id"], AtomType(row["atom_type"]), row["title"]) for row in atoms if row["is_entity"]],
        everything=False,
    )


async def _topics(session: AsyncSession, most: int) -> list[str]:
    found = await session.scalars(
        text("""
        SELECT title FROM (
            SELECT DISTINCT ON (title_key) title, created_at, id FROM (
                (SELECT title, title_key, created_at, id FROM entities WHERE kind = 'topic' AND NOT archived
                 ORDER BY created_at DESC, id DESC LIMIT :most)
                UNION ALL
                (SELECT title, title_key, created_at, id FROM proposals WHERE kind = 'topic' AND status = 'pending'
                 ORDER BY created_at DESC, id DESC LIMIT :most)) AS topics
            ORDER BY title_key, created_at, id) AS named
        ORDER BY created_at DESC, id DESC LIMIT :most"""),
        {"most": most},
    )
    return list(found)


async def _atoms(session: AsyncSession, most: int) -> list[KnownAtom]:
    found = await session.execute(
        text("""
        SELECT id, atom_type, title FROM entities WHERE kind = 'atom' AND NOT archived
        ORDER BY created_at DESC, id DESC LIMIT :most"""),
        {"most": most},
    )
    return [KnownAtom(row.id, AtomType(row.atom_type), row.title) for row in found]


async def _near(session: AsyncSession, kind: Kind, model: str, vectors: Vectors, most: int) -> list[dict[str, Any]]:
    """Entities and pending proposals of a kind. The type of the vectors is that of the index over them."""
    width = f"halfvec({vectors.shape[1]})"
    rows = [{"vector": str(vector.tolist())} for vector in vectors]
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
        ORDER BY hit.distance, p.id LIMIT :most"""),  # noqa: S608  # our own number
        {
            "rows": as_json(rows),
            "kind": kind,
            "model": model,
            "each": max(NEAREST_PER_TEXT, 2 * most // len(rows)),
            "most": most,
        },
    )
    return [dict(row) for row in found.mappings()]


async def restatable(session: AsyncSession, said: Sequence[str]) -> dict[str, list[RestatableAtom]]:
    """For each text the live and the pending atoms whose titles are spelled most like it."""
    keys = [{"said": each, "key": folded(INTRODUCTION.sub("", each))} for each in said]
    like = """
        SELECT id, title, body, {is_entity} AS is_entity FROM {table}
        WHERE kind = 'atom' AND {alive} AND title_key % wanted.key
        ORDER BY similarity(title_key, wanted.key) DESC, id LIMIT 3"""
    live = like.format(is_entity="true", table="entities", alive="NOT archived")
    pending = like.format(is_entity="false", table="proposals", alive="status = 'pending'")
    rows = await session.execute(
        text(f"""
        SELECT wanted.said, near.*, CASE WHEN NOT near.is_entity THEN ARRAY(
            SELECT m.author FROM evidence e JOIN messages m ON m.id = e.message_id WHERE e.proposal_id = near.id) END
        FROM jsonb_to_recordset(:keys) AS wanted (said text, key text)
        CROSS JOIN LATERAL (({live}) UNION ALL ({pending})) AS near"""),  # noqa: S608  # our own fragments
        {"keys": as_json(keys)},
    )
    found: dict[str, list[RestatableAtom]] = {}
    for words, known_id, title, body, is_entity, authors in rows:
        people = frozenset(author_key(author) for author in authors or ())
        found.setdefault(words, []).append(RestatableAtom(known_id, title, body, is_entity, people))
    return found


async def taken_topics(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of the folded names that a live topic or a pending proposal of one has."""
    found = await session.scalars(
        text("""
        SELECT title_key FROM entities WHERE kind = 'topic' AND title_key = ANY(:keys) AND NOT archived
        UNION
        SELECT title_key FROM proposals WHERE kind = 'topic' AND title_key = ANY(:keys) AND status = 'pending'"""),
        {"keys": list(keys)},
    )
    return set(found)
