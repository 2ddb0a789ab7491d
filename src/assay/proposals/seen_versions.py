"""What somebody has seen of a proposal, and what changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.models import AuditEntry, Proposal, SeenVersion, User

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
    """What others changed, the oldest first; empty where nobody did."""


async def mark(session: AsyncSession, proposal: Proposal, version: int, *, actor: Actor) -> None:
    """Notes that the actor has seen the proposal at this version. What was seen before stays seen."""
    row = {"user_id": actor.user_id, "proposal_id": proposal.id}
    seen = insert(SeenVersion).values(**row, version=min(version, proposal.version), seen_at=now())
    newer = func.greatest(SeenVersion.version, seen.excluded.version)
    await session.execute(
        seen.on_conflict_do_update(index_elements=list(row), set_={"version": newer, "seen_at": seen.excluded.seen_at})
    )


async def by(session: AsyncSession, proposal: Proposal, *, user_id: int) -> Seen | None:
    """What somebody has seen of it; None where that is nothing."""
    of_both = SeenVersion.user_id == user_id, SeenVersion.proposal_id == proposal.id
    row = (await session.execute(select(SeenVersion.version, SeenVersion.seen_at).where(*of_both))).one_or_none()
    if row is None:
        return None
    newer = row.version < proposal.version
    return Seen(row.version, row.seen_at, await _since(session, proposal.id, row.version, user_id) if newer else ())


async def _since(session: AsyncSession, proposal_id: UUID, version: int, user_id: int) -> list[ChangeSince]:
    made = cast(AuditEntry.detail["version"].astext, BigInteger)
    rows = await session.execute(
        select(AuditEntry.at, AuditEntry.action, User.name, made, AuditEntry.detail["before"])
        .join(User, User.id == AuditEntry.actor_user_id)
        .where(AuditEntry.subject_id == proposal_id, made > version, AuditEntry.actor_user_id != user_id)
        .order_by(AuditEntry.id)
        .limit(MAX_CHANGES)
    )
    return [ChangeSince(at, action, actor, version, before or {}) for at, action, actor, version, before in rows]
