"""Reads of sources."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import among
from assay.db.models import Evidence, Source, SourceKind, StoredMessage
from assay.errors import NotFound
from assay.kinds import Trust


@dataclass(frozen=True, slots=True)
class SourceUser:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SourceInFull:
    """A source, and who may write to it besides the admins."""

    id: UUID
    name: str
    kind: SourceKind
    owner: SourceUser
    writers: Sequence[SourceUser]
    trust: Trust
    version: int
    created_at: datetime


_SHOWN: Final = """
    SELECT s.id, s.name, s.kind, s.trust, s.version, s.created_at, s.owner_user_id, owner.name AS owner_name,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) ORDER BY u.name), '[]')
         FROM users u WHERE u.id = ANY(s.writers)) AS writers
    FROM sources s JOIN users owner ON owner.id = s.owner_user_id"""


async def listed(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[SourceInFull]:
    """Sources by name; `after` this one."""
    behind = "WHERE s.name > (SELECT name FROM sources WHERE id = :after)" if after else ""
    return await _found(session, f"{behind} ORDER BY s.name LIMIT :limit", after=after, limit=limit)


async def get(session: AsyncSession, source_id: UUID) -> SourceInFull:
    """Raises NotFound."""
    found = await _found(session, "WHERE s.id = :id", id=source_id)
    if not found:
        raise NotFound(f"There is no source {source_id}.")
    return found[0]


async def named(session: AsyncSession, name: str) -> SourceInFull:
    """Raises NotFound."""
    found = await _found(session, "WHERE s.name = :name", name=name)
    if not found:
        raise NotFound(f"There is no source {name!r}. All of them: assay sources list")
    return found[0]


async def trusted_among(session: AsyncSession, names: Collection[str]) -> frozenset[str]:
    """Those of the sources that are trusted."""
    found = select(Source.name).where(among(Source.name, names), Source.trust == Trust.TRUSTED)
    return frozenset(await session.scalars(found))


async def is_untrusted(session: AsyncSession, name: str) -> bool:
    """Whether there is such a source, and nobody trusts it."""
    found = exists().where(Source.name == name, Source.trust != Trust.TRUSTED)
    return bool(await session.scalar(select(found)))


async def untrusted_sources(session: AsyncSession, proposal_id: UUID) -> Sequence[str]:
    """The sources that a proposal is quoted from and nobody trusts, by name."""
    found = (
        select(StoredMessage.source)
        .distinct()
        .join(Evidence, Evidence.message_id == StoredMessage.id)
        .outerjoin(Source, Source.name == StoredMessage.source)
        .where(Evidence.proposal_id == proposal_id, Source.trust.is_distinct_from(Trust.TRUSTED))
        .order_by(StoredMessage.source)
    )
    return (await session.scalars(found)).all()


async def _found(session: AsyncSession, which: str, **values: Any) -> list[SourceInFull]:
    rows = await session.execute(text(f"{_SHOWN} {which}"), values)
    return [_shown(row._asdict()) for row in rows]


def _shown(row: dict[str, Any]) -> SourceInFull:
    owner = SourceUser(row.pop("owner_user_id"), row.pop("owner_name"))
    writers = [SourceUser(**each) for each in row.pop("writers")]
    kind, trust = SourceKind(row.pop("kind")), Trust(row.pop("trust"))
    return SourceInFull(**row, kind=kind, trust=trust, owner=owner, writers=writers)
