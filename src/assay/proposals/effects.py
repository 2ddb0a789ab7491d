"""What decisions do once nothing stands against them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import ChangeType, ProposalStatus, ReviewAction
from assay.messaging.events import ProposalMerged, ProposalReverted
from assay.proposals import relations
from assay.proposals import statements as sql
from assay.proposals.outcomes import Locked
from assay.proposals.records import approved, changed


async def carry_out_approval(
    session: AsyncSession, rows: Sequence[Locked], actor: Actor, notes: str | None, policy: Mapping[str, Any]
) -> None:
    if not rows:
        return
    ids, at = [row.id for row in rows], now()
    await sql.create_entities(session, ids, at)
    await sql.decide(
        session, ids, status=ProposalStatus.APPROVED, action=ReviewAction.APPROVE, actor=actor, at=at, notes=notes
    )
    revisions = await sql.write_revisions(session, {each: each for each in ids}, ChangeType.CREATED, actor, at, notes)
    await relations.file_under_topics(session, ids)
    await relations.link_atoms(session, ids)
    await sql.follow_to_entities(session, {each: each for each in ids})
    await record(session, actor, [approved(row, actor, notes, policy, revisions[row.id]) for row in rows])


async def carry_out_merge(
    session: AsyncSession, rows: Sequence[Locked], targets: Mapping[UUID, UUID], actor: Actor, notes: str | None
) -> None:
    if not rows:
        return
    ids, at = [row.id for row in rows], now()
    chosen = {each: targets[each] for each in ids}
    await sql.decide(
        session,
        ids,
        status=ProposalStatus.MERGED,
        action=ReviewAction.MERGE,
        actor=actor,
        at=at,
        notes=notes,
        targets=chosen,
    )
    await sql.touch_entities(session, list(dict.fromkeys(chosen.values())), at)
    sources = {entity: proposal for proposal, entity in chosen.items()}
    revisions = await sql.write_revisions(session, sources, ChangeType.MERGED, actor, at, notes)
    topics, links = await relations.file_under_topics(session, ids), await relations.link_atoms(session, ids)
    await sql.forget_vectors(session, ids)
    await sql.follow_to_entities(session, chosen)
    records = []
    for row in rows:
        entity = chosen[row.id]
        inverse = {
            "act": "merge",
            "entity_id": entity,
            "revision": revisions[entity],
            "topics": topics.get(row.id, []),
            "links": links.get(row.id, []),
        }
        records.append(changed(ProposalMerged, row, actor, entity_id=entity, notes=notes, inverse=inverse))
    await record(session, actor, records)


async def carry_out_revert(
    session: AsyncSession,
    rows: Sequence[Locked],
    inverses: Mapping[UUID, dict[str, Any]],
    actor: Actor,
    notes: str | None,
) -> None:
    if not rows:
        return
    ids, at = [row.id for row in rows], now()
    undone = [inverses[each] for each in ids]
    entities = {UUID(inverse["entity_id"]): row.id for inverse, row in zip(undone, rows, strict=True)}
    withdrawn = [row.id for row in rows if row.status is ProposalStatus.APPROVED]
    await relations.remove_relations(session, [inverse for inverse in undone if inverse["act"] == "merge"])
    await sql.withdraw_entities(session, withdrawn)
    await sql.touch_entities(session, list(entities), at)
    await sql.write_revisions(session, entities, ChangeType.REVERTED, actor, at, notes)
    await sql.make_pending(session, ids, action=ReviewAction.REVERTED, at=at)
    await sql.look_again(session, withdrawn)
    await record(
        session,
        actor,
        [changed(ProposalReverted, row, actor, entity_id=row.entity_id, notes=notes) for row in rows],
    )


async def put_away(
    session: AsyncSession, rows: Sequence[Locked], action: ReviewAction, actor: Actor, notes: str | None
) -> None:
    ids = [row.id for row in rows]
    await sql.decide(session, ids, status=ProposalStatus.REJECTED, action=action, actor=actor, at=now(), notes=notes)
    await sql.forget_vectors(session, ids)
    await sql.look_again(session, ids)
