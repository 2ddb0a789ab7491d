"""Where knowledge comes from, and how it hangs together."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.kinds import Kind
from assay.knowledge.search import COLUMNS


async def entity(session: AsyncSession, kind: Kind, entity_id: UUID) -> RowMapping | None:
    """A topic or atom, withdrawn ones too."""
    statement = f"SELECT {COLUMNS} FROM entities e WHERE e.id = :id AND e.kind = :kind"  # noqa: S608  # ours
    rows = await session.execute(text(statement), {"id": entity_id, "kind": kind})
    return rows.mappings().one_or_none()


async def filed(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """The topics it is filed under, and the atoms filed under it; in their order."""
    return await _rows(
        session,
        """
        SELECT e.id, e.title FROM topic_atoms f JOIN entities e ON e.id = f.topic_id
        WHERE f.atom_id = :id AND NOT e.archived
        UNION ALL
        (SELECT e.id, e.title FROM topic_atoms f JOIN entities e ON e.id = f.atom_id
         WHERE f.topic_id = :id AND NOT e.archived ORDER BY f.position, e.id LIMIT 1000)""",
        id=entity_id,
    )


async def links(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """Its links with other live atoms, both ways."""
    return await _rows(
        session,
        """
        SELECT e.id, e.title, l.link_type, l.strength, l.from_id = :id AS outgoing
        FROM atom_links l JOIN entities e ON e.id = CASE WHEN l.from_id = :id THEN l.to_id ELSE l.from_id END
        WHERE (l.from_id = :id OR l.to_id = :id) AND NOT e.archived ORDER BY l.strength DESC, e.id""",
        id=entity_id,
    )


async def decisions(session: AsyncSession, proposals: Sequence[UUID]) -> Sequence[RowMapping]:
    """How the proposals behind it were decided, by whom, and under which policy."""
    return await _rows(
        session,
        """
        SELECT p.id AS proposal_id, p.title, p.stated_confidence, p.confidence, p.reasoning, p.review_action,
            proposer.name AS proposed_by, reviewer.name AS decided_by, p.reviewed_at AS decided_at,
            p.review_notes AS notes, nullif(entry.policy, '{}') AS policy
        FROM proposals p
        JOIN users proposer ON proposer.id = p.proposed_by_user_id
        LEFT JOIN users reviewer ON reviewer.id = p.reviewed_by_user_id
        LEFT JOIN LATERAL (
            SELECT a.detail -> 'policy' AS policy FROM audit_log a
            WHERE a.subject_id = p.id AND a.action IN ('proposal.approved', 'proposal.auto_approved')
            ORDER BY a.id DESC LIMIT 1) AS entry ON true
        WHERE p.id = ANY(:ids) ORDER BY p.id""",
        ids=list(proposals),
    )


async def revisions(session: AsyncSession, entity_id: UUID) -> Sequence[RowMapping]:
    """Every revision, the newest first."""
    return await _rows(
        session,
        """
        SELECT r.number, r.snapshot, r.change_type, u.name AS changed_by, r.changed_at, r.reason, r.source_proposal_id
        FROM entity_revisions r JOIN users u ON u.id = r.changed_by_user_id
        WHERE r.entity_id = :id ORDER BY r.number DESC""",
        id=entity_id,
    )


async def _rows(session: AsyncSession, statement: str, **parameters: Any) -> Sequence[RowMapping]:
    return (await session.execute(text(statement), parameters)).mappings().all()
