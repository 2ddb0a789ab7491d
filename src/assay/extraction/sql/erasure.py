"""The set-based statements behind erasing. Those that are raw are so for CTEs, arrays and jsonb, as each says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, null, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import (
    FINAL_IMPORT_STATES,
    CachedVector,
    Embedding,
    EntityPair,
    EntityScan,
    Evidence,
    IdempotencyKey,
    Import,
    Merge,
    Proposal,
    StoredMessage,
)
from assay.kinds import Kind

Ids = Sequence[UUID]
ERASED: Final = "(erased)"
_IN_SCOPE: Final = """((CAST(:author AS text) IS NULL OR m.author = :author)
    AND (CAST(:channel AS text) IS NULL OR m.channel = :channel)
    AND (CAST(:source AS text) IS NULL OR m.source = :source))"""
_DIGEST: Final = "sha256(convert_to(json_build_array(source, external_id)::text, 'UTF8'))"
_WORDLESS: Final = """title = :erased, body = '', title_key = :erased, identity_key = replace(id::text, '-', ''),
    keywords = '{}', meta = '{}'"""
_TELLING: Final = ["version", "confidence", "confidence_before", "stated_confidence", "run_id", "policy", "entity_id",
    "assignee", "failures", "revision", "restored", "other"]  # fmt: skip
"""What the trail keeps of something that was erased: figures and ids, and no words."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A proposal that quotes a message which goes. `goes`, `entity_goes`: it, and what it became, go too."""

    id: UUID
    kind: Kind
    goes: bool
    entity_goes: bool
    is_live: bool


async def touched(session: AsyncSession, scope: Mapping[str, Any], ids: Ids | None, drawn: str) -> list[Touched]:
    """The proposals that quote these messages, or any in the scope, and what is to become of each.

    Knowledge rests on the quotes of its own proposal and on those of whatever was merged into it.
    """
    # Raw: CTEs, over what was merged into what.
    found = await session.execute(
        text(f"""
        WITH touched AS MATERIALIZED (
            SELECT DISTINCT e.proposal_id AS id FROM evidence e JOIN messages m ON m.id = e.message_id
            WHERE {_IN_SCOPE} AND (CAST(:ids AS uuid[]) IS NULL OR m.id = ANY(:ids))
        ), flows AS MATERIALIZED (
            SELECT t.id AS entity, t.id AS proposal FROM touched t
            UNION SELECT t.id, p.id FROM touched t JOIN proposals p ON p.merged_into_entity_id = t.id
            UNION SELECT t.id, x.id FROM touched t JOIN entities x ON x.merged_into_entity_id = t.id
            UNION SELECT t.id, p.id FROM touched t JOIN entities x ON x.merged_into_entity_id = t.id
                JOIN proposals p ON p.merged_into_entity_id = x.id
        ), others AS MATERIALIZED (
            SELECT DISTINCT f.entity, f.proposal = f.entity AS own FROM flows f
            JOIN evidence e ON e.proposal_id = f.proposal JOIN messages m ON m.id = e.message_id WHERE NOT {_IN_SCOPE}
        )
        SELECT p.id, p.kind, n.id IS NOT NULL AND NOT n.archived AS is_live,
            CASE :drawn WHEN 'none' THEN false WHEN 'all' THEN true
                ELSE NOT EXISTS (SELECT FROM others o WHERE o.entity = p.id AND o.own) END AS goes,
            CASE :drawn WHEN 'none' THEN false WHEN 'all' THEN true
                ELSE NOT EXISTS (SELECT FROM others o WHERE o.entity = p.id) END AND n.id IS NOT NULL AS entity_goes
        FROM touched t JOIN proposals p ON p.id = t.id LEFT JOIN entities n ON n.id = p.id
        WHERE p.erased_at IS NULL ORDER BY p.id"""),
        {**scope, "ids": None if ids is None else list(ids), "drawn": drawn},
    )
    return [Touched(row.id, Kind(row.kind), row.goes, row.entity_goes, row.is_live) for row in found]


async def counted(session: AsyncSession, scope: Mapping[str, Any]) -> tuple[int, int]:
    """How many messages are in the scope, and how many quotes of them."""
    messages = select(func.count()).select_from(StoredMessage).where(*_in_scope(scope))
    quotes = select(func.count()).select_from(Evidence).join(StoredMessage, StoredMessage.id == Evidence.message_id)
    found = select(messages.scalar_subquery(), quotes.where(*_in_scope(scope)).scalar_subquery())
    messages_found, quotes_found = (await session.execute(found)).one()
    return messages_found, quotes_found


async def next_messages(session: AsyncSession, scope: Mapping[str, Any], limit: int) -> list[UUID]:
    """Held until the commit."""
    wanted = select(StoredMessage.id).where(*_in_scope(scope)).order_by(StoredMessage.id).limit(limit).with_for_update()
    return list(await session.scalars(wanted))


def _in_scope(scope: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(StoredMessage, name) == value for name, value in scope.items() if value is not None]


async def delete_quotes(session: AsyncSession, messages: Ids, touched: Sequence[Touched]) -> int:
    """Of the messages, and all of what goes."""
    gone = [each.id for each in touched if each.goes]
    quoted = or_(Evidence.message_id.in_(messages), Evidence.proposal_id.in_(gone))
    return len((await session.scalars(delete(Evidence).where(quoted).returning(Evidence.id))).all())


async def delete_messages(session: AsyncSession, ids: Ids) -> None:
    """Remembers them by digests, which tell no words: they are not brought in again."""
    # Raw: a CTE deletes, and its rows are remembered.
    await session.execute(
        text(f"""
        WITH gone AS (DELETE FROM messages WHERE id = ANY(:ids) RETURNING source, external_id)
        INSERT INTO erased_messages (digest) SELECT DISTINCT {_DIGEST} FROM gone ON CONFLICT DO NOTHING"""),
        {"ids": list(ids)},
    )


async def forget_previews(session: AsyncSession, ids: Ids) -> None:
    """Of the imports into the sources of these messages that have ended: they name people and channels."""
    sources = select(StoredMessage.source).where(StoredMessage.id.in_(ids))
    ended = Import.state.in_(FINAL_IMPORT_STATES), Import.source.in_(sources)
    await session.execute(update(Import).where(*ended).values(preview=null(), error=None))


async def erased_before(session: AsyncSession, source: str, external_ids: Sequence[str]) -> set[str]:
    """Which of these messages of a source were erased, or deleted before they came in."""
    # Raw: the digest of each row of an array.
    found = await session.scalars(
        text(f"""
        SELECT external_id FROM (SELECT CAST(:source AS text) AS source, unnest(CAST(:ids AS text[])) AS external_id) m
        WHERE EXISTS (SELECT FROM erased_messages WHERE digest = {_DIGEST})"""),
        {"source": source, "ids": list(external_ids)},
    )
    return set(found)


async def keep_out(session: AsyncSession, source: str, external_ids: Sequence[str]) -> None:
    """Remembers those of these messages that are not there yet: they do not come in later either."""
    # Raw: the digest of each row of an array.
    await session.execute(
        text(f"""
        INSERT INTO erased_messages (digest) SELECT DISTINCT {_DIGEST}
        FROM (SELECT CAST(:source AS text) AS source, unnest(CAST(:ids AS text[])) AS external_id) gone
        WHERE NOT EXISTS (SELECT FROM (SELECT FROM messages m
            WHERE m.source = gone.source AND m.external_id = gone.external_id OFFSET 0) AS known)
        ON CONFLICT DO NOTHING"""),
        {"source": source, "ids": list(external_ids)},
    )


async def drop_sources(session: AsyncSession, ids: Ids, gone: Ids) -> None:
    """Of what stays: the messages that go, and what names who said what, in the trail too. How it stood stays."""
    # Raw: an array is filtered in its order.
    await session.execute(
        text("""
        UPDATE proposals SET reasoning = '', unsupported = '{}', standing_because = NULL, standing_at = NULL,
            source_message_ids = ARRAY(
            SELECT each FROM unnest(source_message_ids) WITH ORDINALITY AS s (each, place)
            WHERE each <> ALL(CAST(:gone AS uuid[])) ORDER BY place)
        WHERE id = ANY(:ids)"""),
        {"ids": list(ids), "gone": list(gone)},
    )
    await session.execute(
        text("UPDATE audit_log SET detail = detail - 'grounds' WHERE subject_id = ANY(:ids) AND detail ? 'grounds'"),
        {"ids": list(ids)},
    )


async def empty_proposals(session: AsyncSession, ids: Ids, actor_id: int) -> None:
    """What waited for a decision is declined. What was decided stays so."""
    # Raw: the same columns as of entities, and what waited is told from what was decided.
    await session.execute(
        text(f"""
        UPDATE proposals SET {_WORDLESS}, proposed_links = '[]', topic_name = NULL, topic_key = NULL, reasoning = '',
            source_message_ids = '{{}}', source = NULL, channel = NULL, last_error = NULL, review_notes = NULL,
            similarity_explanation = NULL, candidates = '[]', unsupported = '{{}}', standing = NULL,
            standing_because = NULL, standing_at = NULL, erased_at = now(), version = version + 1,
            review_action = CASE WHEN status = 'pending' THEN 'reject' ELSE review_action END,
            reviewed_at = coalesce(reviewed_at, now()),
            reviewed_by_user_id = CASE WHEN status = 'pending' THEN :actor ELSE reviewed_by_user_id END,
            status = CASE WHEN status = 'pending' THEN 'rejected' ELSE status END
        WHERE id = ANY(:ids)"""),
        {"ids": list(ids), "actor": actor_id, "erased": ERASED},
    )
    similar = or_(Proposal.similar_proposal_id.in_(ids), Proposal.similar_entity_id.in_(ids))
    await session.execute(update(Proposal).where(similar).values(similarity_explanation=None, candidates=[]))


async def empty_entities(session: AsyncSession, ids: Ids) -> None:
    """With their revisions. They were withdrawn before."""
    # Raw: the same columns as of proposals; then jsonb.
    gone = {"ids": list(ids), "erased": ERASED}
    await session.execute(text(f"UPDATE entities SET {_WORDLESS} WHERE id = ANY(:ids)"), gone)
    await session.execute(delete(EntityPair).where(or_(EntityPair.first_id.in_(ids), EntityPair.second_id.in_(ids))))
    await session.execute(delete(EntityScan).where(EntityScan.entity_id.in_(ids)))
    await session.execute(
        text("""
        UPDATE entity_revisions SET reason = NULL, snapshot = snapshot || jsonb_build_object(
            'title', CAST(:erased AS text), 'body', '', 'keywords', '[]'::jsonb, 'meta', '{}'::jsonb)
        WHERE entity_id = ANY(:ids)"""),
        gone,
    )


async def empty_merges(session: AsyncSession, ids: Ids, actor_id: int) -> None:
    """There is nothing left that undoing them could bring back."""
    undone = {
        Merge.changed: {},
        Merge.undone_at: func.coalesce(Merge.undone_at, func.now()),
        Merge.undone_by_user_id: func.coalesce(Merge.undone_by_user_id, actor_id),
    }
    of_them = or_(Merge.source_id.in_(ids), Merge.target_id.in_(ids))
    await session.execute(update(Merge).where(of_them).values(undone))


async def empty_trail(session: AsyncSession, ids: Ids) -> None:
    """Who did what, and when, stays; the words go."""
    # Raw: jsonb, key by key.
    await session.execute(
        text("""
        UPDATE audit_log SET inverse = NULL,
            data = data || CASE WHEN data ? 'title' THEN jsonb_build_object('title', CAST(:erased AS text))
                WHEN data ? 'name' THEN jsonb_build_object('name', CAST(:erased AS text)) ELSE '{}' END,
            detail = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(detail)
                WHERE key = ANY(CAST(:telling AS text[])))
        WHERE subject_id = ANY(:ids)"""),
        {"ids": list(ids), "erased": ERASED, "telling": _TELLING},
    )


async def forget_verdicts(session: AsyncSession, ids: Ids) -> None:
    """What people said of two texts holds both."""
    # Raw: a CTE, and pairs of columns.
    await session.execute(
        text("""
        WITH said AS MATERIALIZED (
            SELECT title, body FROM proposals WHERE id = ANY(:ids)
            UNION SELECT title, body FROM entities WHERE id = ANY(:ids)
            UNION SELECT snapshot ->> 'title', snapshot ->> 'body' FROM entity_revisions WHERE entity_id = ANY(:ids))
        DELETE FROM pair_verdicts v USING said
        WHERE (v.first_title, v.first_body) = (said.title, said.body)
            OR (v.second_title, v.second_body) = (said.title, said.body)"""),
        {"ids": list(ids)},
    )


async def forget_cached_vectors(session: AsyncSession, ids: Ids) -> None:
    used = and_(CachedVector.model == Embedding.model, CachedVector.text_hash == Embedding.text_hash)
    await session.execute(delete(CachedVector).where(Embedding.subject_id.in_(ids), used))


async def forget_answers(session: AsyncSession) -> None:
    """Of writes that came with a key: who asks again is told that it was done, and not what was answered."""
    answered = IdempotencyKey.answer.is_not(None)
    await session.execute(update(IdempotencyKey).where(answered).values(status=None, answer=None, etag=None))
