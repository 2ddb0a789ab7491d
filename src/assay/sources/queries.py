"""Reads of sources."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, any_, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assay.db.bulk import among
from assay.db.models import Evidence, HookPlatform, Source, SourceHook, SourceKind, StoredMessage, User
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
    connected: HookPlatform | None
    """The chat program that sends messages into it."""
    version: int
    created_at: datetime


_OWNER: Final = aliased(User)
_WRITERS: Final = (
    select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object("id", User.id, "name", User.name), User.name)))
    .where(User.id == any_(Source.writers))
    .scalar_subquery()
)
_COLUMNS: Final = (Source.id, Source.name, Source.kind, Source.trust, Source.version, Source.created_at)
_SELECTED: Final = select(
    *_COLUMNS,
    _OWNER.id.label("owner_id"),
    _OWNER.name.label("owner_name"),
    _WRITERS.label("writers"),
    SourceHook.platform.label("connected"),
)
_SHOWN: Final = _SELECTED.join(_OWNER, _OWNER.id == Source.owner_user_id).outerjoin(
    SourceHook, SourceHook.source_id == Source.id
)


async def listed(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[SourceInFull]:
    """Sources by name; `after` this one."""
    by_name = _SHOWN.order_by(Source.name).limit(limit)
    if after:
        last = aliased(Source)
        by_name = by_name.where(Source.name > select(last.name).where(last.id == after).scalar_subquery())
    return await _found(session, by_name)


async def get(session: AsyncSession, source_id: UUID) -> SourceInFull:
    """Raises NotFound."""
    found = await _found(session, _SHOWN.where(Source.id == source_id))
    if not found:
        raise NotFound(f"There is no source {source_id}.")
    return found[0]


async def named(session: AsyncSession, name: str) -> SourceInFull:
    """Raises NotFound."""
    found = await _found(session, _SHOWN.where(Source.name == name))
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


async def _found(session: AsyncSession, wanted: Select[Any]) -> list[SourceInFull]:
    return [_shown(row._asdict()) for row in await session.execute(wanted)]


def _shown(row: dict[str, Any]) -> SourceInFull:
    owner = SourceUser(row.pop("owner_id"), row.pop("owner_name"))
    writers = [SourceUser(**each) for each in row.pop("writers") or ()]
    return SourceInFull(**row, owner=owner, writers=writers)
