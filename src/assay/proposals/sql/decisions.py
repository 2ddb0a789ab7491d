"""The statements behind the decisions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, cast, delete, false, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.audit.actor import Actor
from assay.db.bulk import among, as_json
from assay.db.models import (
    AtomLink,
    AuditEntry,
    ChangeType,
    Embedding,
    Entity,
    Proposal,
    ProposalStatus,
    ReviewAction,
    TopicAtom,
    User,
)
from assay.kinds import Kind
from assay.proposals.outcomes import LockedProposal
from assay.proposals.sql.contradictions import later_updates

Ids = Sequence[UUID]

_SNAPSHOT: Final = "to_jsonb(e) - '{id,kind,revision,created_at,updated_at,title_key,identity_key}'::text[]"
NOT_COMPARED: Final = """dedup_state = 'unchecked', similar_entity_id = NULL, similar_proposal_id = NULL,
    similarity_score = NULL, similarity_type = NULL, similarity_explanation = NULL, candidates = '[]'"""
"""How a proposal stands that is to be compared with the others anew."""


async def lock(session: AsyncSession, ids: Ids) -> dict[UUID, LockedProposal]:
    """The proposals, held until the transaction ends, in the order of the ids asked for."""
    topic = aliased(Proposal)
    reviewer = select(User.name).where(User.id == Proposal.reviewed_by_user_id).scalar_subquery()
    is_pending = topic.status == ProposalStatus.PENDING
    topic_is_pending = select(is_pending).where(topic.id == Proposal.topic_proposal_id).scalar_subquery()
    judged_by = (
        *(Proposal.id, Proposal.kind, Proposal.title, Proposal.status, Proposal.version, Proposal.identity_key),
        *(Proposal.confidence, Proposal.proposed_by_user_id, Proposal.review_action, Proposal.reviewed_at),
        *(Proposal.auto_approved, Proposal.topic_proposal_id, Proposal.failures, reviewer.label("reviewer")),
        func.coalesce(Proposal.created_entity_id, Proposal.merged_into_entity_id).label("entity_id"),
        func.coalesce(topic_is_pending, false()).label("topic_is_pending"),
        Proposal.erased_at.is_not(None).label("erased"),
    )
    held = select(*judged_by).where(among(Proposal.id, ids)).order_by(Proposal.id)
    rows = await session.execute(held.with_for_update(of=Proposal, key_share=True))
    found = {row["id"]: LockedProposal(**row) for row in rows.mappings()}
    return {proposal_id: found[proposal_id] for proposal_id in ids if proposal_id in found}


async def live_twins(
    session: AsyncSession, keys: Collection[tuple[Kind, str]], *, exclude: Iterable[UUID] = ()
) -> dict[tuple[Kind, str], UUID]:
    """The live entities, but for `exclude`, that say word for word what has these identity keys."""
    rows = await session.execute(
        select(Entity.kind, Entity.identity_key, Entity.id).where(
            among(Entity.identity_key, [key for _, key in keys]), ~Entity.archived, ~among(Entity.id, exclude)
        )
    )
    return {(kind, key): entity_id for kind, key, entity_id in rows if (kind, key) in keys}


async def decide(
    session: AsyncSession,
    ids: Ids,
    *,
    status: ProposalStatus,
    action: ReviewAction,
    actor: Actor,
    at: datetime,
    notes: str | None,
    targets: Mapping[UUID, UUID] | None = None,
) -> None:
    """Stamps the decision on the proposals. An approved one becomes the entity of its own id."""
    approved = status is ProposalStatus.APPROVED
    # Raw: the target of each out of jsonb.
    await session.execute(
        text("""
        UPDATE proposals SET status = :status, review_action = :action, review_notes = :notes, reviewed_at = :at,
            reviewed_by_user_id = :actor, version = version + 1, failures = 0, retry_at = NULL, last_error = NULL,
            created_entity_id = CASE WHEN :approved THEN id END,
            merged_into_entity_id = (CAST(:targets AS jsonb) ->> id::text)::uuid,
            auto_approved = auto_approved OR :approved_by_system,
            auto_reverted = auto_reverted AND NOT :approved_by_system
        WHERE id = ANY(:ids)"""),
        {
            "ids": list(ids),
            "status": status,
            "action": action,
            "notes": notes,
            "at": at,
            "actor": actor.user_id,
            "approved": approved,
            "approved_by_system": approved and actor.is_system,
            "targets": as_json({str(key): value for key, value in (targets or {}).items()}),
        },
    )


async def make_pending(session: AsyncSession, ids: Ids, *, action: ReviewAction | None, at: datetime) -> None:
    """Puts proposals back into the queue, their expiry clock and their search for duplicates started anew."""
    # Raw: the columns that every other statement empties too.
    await session.execute(
        text(f"""
        UPDATE proposals SET status = 'pending', review_action = :action, review_notes = NULL, reviewed_at = NULL,
            reviewed_by_user_id = NULL, auto_reverted = auto_approved AND (auto_reverted OR status = 'approved'),
            created_entity_id = NULL, merged_into_entity_id = NULL, version = version + 1, refreshed_at = :at,
            snoozed_until = NULL, {NOT_COMPARED}
        WHERE id = ANY(:ids)"""),
        {"ids": list(ids), "action": action, "at": at},
    )


async def create_entities(session: AsyncSession, ids: Ids, at: datetime) -> None:
    """Makes an entity of each proposal, or brings back the one that an earlier approval made."""
    columns = "title, body, title_key, identity_key, icon, color, keywords, atom_type, confidence, meta"
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns.split(", "))
    # Raw: an upsert from a set.
    await session.execute(
        text(f"""
        INSERT INTO entities (id, kind, created_at, updated_at, {columns})
        SELECT id, kind, :at, :at, {columns} FROM proposals WHERE id = ANY(:ids)
        ON CONFLICT (id) DO UPDATE SET archived = false, revision = entities.revision + 1, updated_at = :at,
            {changes}"""),
        {"ids": list(ids), "at": at},
    )


async def touch_entities(session: AsyncSession, ids: Ids, at: datetime) -> None:
    """Gives each a new revision number."""
    await session.execute(
        update(Entity)
        .where(among(Entity.id, ids))
        .values(revision=Entity.revision + 1, updated_at=at)
        .execution_options(synchronize_session=False)
    )


async def withdraw_entities(session: AsyncSession, ids: Ids) -> None:
    """Archives entities; what was filed or linked because of them goes with them and returns with them."""
    for statement in (
        update(Entity).where(among(Entity.id, ids)).values(archived=True),
        delete(TopicAtom).where(among(TopicAtom.topic_id, ids) | among(TopicAtom.atom_id, ids)),
        delete(AtomLink).where(among(AtomLink.from_id, ids) | among(AtomLink.to_id, ids)),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))


async def write_revisions(
    session: AsyncSession,
    sources: Mapping[UUID, UUID],
    change: ChangeType,
    actor: Actor,
    at: datetime,
    reason: str | None,
) -> dict[UUID, int]:
    """Keeps the entities as they now are. `sources`: proposal behind each entity. Returns the revision numbers."""
    # Raw: whole rows as jsonb, and the source of each out of jsonb.
    rows = await session.execute(
        text(f"""
        INSERT INTO entity_revisions
            (entity_id, number, snapshot, change_type, changed_by_user_id, changed_at, reason, source_proposal_id)
        SELECT e.id, e.revision, {_SNAPSHOT}, :change, :actor, :at, :reason,
               (CAST(:sources AS jsonb) ->> e.id::text)::uuid
        FROM entities e WHERE e.id = ANY(:ids)
        RETURNING entity_id, number"""),
        {
            "ids": list(sources),
            "sources": as_json({str(key): value for key, value in sources.items()}),
            "change": change,
            "actor": actor.user_id,
            "at": at,
            "reason": reason,
        },
    )
    return dict(rows.tuples().all())


async def approved_revisions(session: AsyncSession, ids: Ids) -> dict[UUID, int]:
    """The revisions that the last approvals of these proposals made."""
    revision = cast(AuditEntry.inverse["revision"].astext, BigInteger)
    rows = await session.execute(
        select(AuditEntry.subject_id, revision)
        .distinct(AuditEntry.subject_id)
        .where(among(AuditEntry.subject_id, ids), AuditEntry.inverse["act"].astext == "approve")
        .order_by(AuditEntry.subject_id, AuditEntry.id.desc())
    )
    return {subject_id: number for subject_id, number in rows if subject_id}


async def built_upon(session: AsyncSession, revisions: Mapping[UUID, int], ids: Ids) -> dict[UUID, str]:
    """What stands on entities since the given revisions, in words; merges of the proposals `ids` do not count."""
    # Raw: sentences out of two tables, and the revision of each out of jsonb.
    rows = await session.execute(
        text("""
        SELECT DISTINCT ON (entity_id) entity_id, words FROM (
            SELECT target_id AS entity_id, CASE WHEN of_entity THEN kind ELSE 'proposal' END || ' ' || source_id
                || ' was merged into it' AS words
            FROM merges WHERE undone_at IS NULL AND target_id = ANY(:entities)
                AND (of_entity OR source_id <> ALL(CAST(:ids AS uuid[])))
            UNION ALL
            SELECT r.entity_id, 'it was ' || r.change_type || ' by '
                || (SELECT name FROM users WHERE id = r.changed_by_user_id)
            FROM entity_revisions r
            WHERE r.entity_id = ANY(:entities) AND r.change_type IN ('edited', 'restored')
                AND r.number > (CAST(:revisions AS jsonb) ->> r.entity_id::text)::bigint
        ) AS later"""),
        {
            "entities": list(revisions),
            "ids": list(ids),
            "revisions": as_json({str(key): value for key, value in revisions.items()}),
        },
    )
    return dict(rows.tuples().all())


async def live_entities(session: AsyncSession, ids: Ids) -> dict[UUID, Kind]:
    """The kinds of those entities that are live, each held until the transaction ends."""
    rows = await session.execute(
        select(Entity.id, Entity.kind)
        .where(among(Entity.id, ids), ~Entity.archived)
        .order_by(Entity.id)
        .with_for_update(key_share=True)
    )
    return dict(rows.tuples().all())


async def delete_vectors(session: AsyncSession, ids: Ids) -> None:
    """Takes proposals that are no longer alive out of the search for duplicates."""
    gone = delete(Embedding).where(among(Embedding.subject_id, ids))
    await session.execute(gone.execution_options(synchronize_session=False))


async def follow_to_entities(session: AsyncSession, entities: Mapping[UUID, UUID]) -> None:
    """What was marked as similar to these proposals is now similar to the entities they became."""
    # Raw: the entity of each out of jsonb.
    await session.execute(
        text("""
        UPDATE proposals SET similar_proposal_id = NULL,
            similar_entity_id = (CAST(:entities AS jsonb) ->> similar_proposal_id::text)::uuid
        WHERE similar_proposal_id = ANY(:ids)"""),
        {"ids": list(entities), "entities": as_json({str(key): value for key, value in entities.items()})},
    )


async def mark_unchecked(session: AsyncSession, ids: Ids) -> None:
    """What was marked as similar to these proposals or entities is to be scanned anew, for they are gone."""
    # Raw: CTE and LATERAL, so that three indexes are searched for each row.
    await session.execute(
        text(f"""
        WITH given AS MATERIALIZED (SELECT unnest(CAST(:ids AS uuid[])) AS id), alike AS MATERIALIZED (
            SELECT p.id, p.status FROM given CROSS JOIN LATERAL (
                (SELECT id, status FROM proposals WHERE similar_proposal_id = given.id OFFSET 0)
                UNION ALL
                (SELECT id, status FROM proposals WHERE similar_entity_id = given.id OFFSET 0)
                UNION ALL
                (SELECT id, 'pending' FROM ({later_updates("given.id")}) AS updates OFFSET 0)) p)
        UPDATE proposals SET {NOT_COMPARED}
        WHERE id = ANY(ARRAY(SELECT id FROM alike WHERE status = 'pending'))"""),
        {"ids": list(ids)},
    )
