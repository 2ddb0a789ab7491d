"""What somebody has seen of a proposal, and what changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import Proposal

MAX_CHANGES: Final = 50


@dataclass(frozen=True, slots=True)
class ChangeSince:
    """Something that gave a proposal a newer version. `before`: the fields that it changed, as they were."""

    at: datetime
    action: str
    actor: str
    version: int
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    version: int
    at: datetime
    since: Sequence[ChangeSince]
    """What changed, the oldest first; empty where nothing did."""


async def mark(session: AsyncSession, proposal: Proposal, version: int, *, actor: Actor) -> None:
    """Notes that the actor has seen the proposal at this version. What was seen before stays seen."""
    await session.execute(
        text("""
        INSERT INTO seen_versions (user_id, proposal_id, version, seen_at) VALUES (:user, :id, :version, :at)
        ON CONFLICT (user_id, proposal_id) DO UPDATE
            SET version = greatest(seen_versions.version, excluded.version), seen_at = excluded.seen_at"""),
        {"user": actor.user_id, "id": proposal.id, "version": min(version, proposal.version), "at": now()},
    )


async def by(session: AsyncSession, proposal: Proposal, *, user_id: int) -> Seen | None:
    """What somebody has seen of it; None where that is nothing."""
    row = (
        await session.execute(
            text("SELECT version, seen_at FROM seen_versions WHERE user_id = :user AND proposal_id = :id"),
            {"user": user_id, "id": proposal.id},
        )
    ).one_or_none()
    if row is None:
        return None
    newer = row.version < proposal.version
    return Seen(row.version, row.seen_at, await _since(session, proposal.id, row.version) if newer else ())


async def _since(session: AsyncSession, proposal_id: UUID, version: int) -> list[ChangeSince]:
    rows = await session.execute(
        text(f"""
        SELECT a.at, a.action, u.name, CAST(a.detail ->> 'version' AS bigint), coalesce(a.detail -> 'before', '{{}}')
        FROM audit_log a JOIN users u ON u.id = a.actor_user_id
        WHERE a.subject_id = :id AND CAST(a.detail ->> 'version' AS bigint) > :version
        ORDER BY a.id LIMIT {MAX_CHANGES}"""),  # noqa: S608  # our own number
        {"id": proposal_id, "version": version},
    )
    return [ChangeSince(*row) for row in rows]
