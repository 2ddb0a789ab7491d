"""Changes of sources. Each action leaves the commit to its caller."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.base import new_id
from assay.db.locks import DECISIONS, SOURCE_NAMES, hold_until_commit
from assay.db.models import SYSTEM_USER_ID, Source, SourceKind, User, Via
from assay.errors import Conflict, Forbidden, InvalidInput, NotFound, Stale
from assay.kinds import Trust
from assay.text.names import name_skeleton, strict_skeleton

SOURCE: Final = "source"
MAX_WRITERS: Final = 100
MAX_OWN_SOURCES: Final = 100
"""That somebody who is no admin may make."""
FILES: Final = frozenset({Via.COMMAND_LINE, Via.SYSTEM})


async def admit(session: AsyncSession, name: str, *, actor: Actor) -> None:
    """Lets somebody write to a source, which nobody changes until the commit. One that is not there becomes theirs:
    it is trusted if they are an admin, and else until an admin says so it is not.

    Raises Forbidden, and Conflict for a new name that looks like that of another source.
    """
    source = await _held(session, name)
    if source is None:
        await hold_until_commit(session, SOURCE_NAMES)
        source = await _held(session, name)
    if source is None:
        await _make(session, name, actor)
    else:
        _refuse_stranger(source, actor)


async def refuse_foreign(session: AsyncSession, name: str, *, actor: Actor) -> None:
    """Raises Forbidden where somebody may not write to a source, if there is one of that name. Changes nothing."""
    source = await session.scalar(select(Source).where(Source.name == name))
    if source is not None:
        _refuse_stranger(source, actor)


def _refuse_stranger(source: Source, actor: Actor) -> None:
    if not may_write(source, actor):
        raise Forbidden(
            f"{actor.name} may not write to the source {source.name!r}, which is somebody else's: write to a source "
            "of your own, or ask an admin to open this one."
        )


def may_write(source: Source, actor: Actor) -> bool:
    return actor.is_admin or actor.user_id == source.owner_user_id or actor.user_id in source.writers


async def change(
    session: AsyncSession,
    source_id: UUID,
    *,
    trust: Trust,
    owner_user_id: int,
    writers: Sequence[int],
    actor: Actor,
    version: int | None = None,
) -> Source:
    """Says who may write to a source and whether it is trusted. Once it is committed nothing is decided or written by
    what was so before. `version`: that which was read.

    Raises NotFound, Stale where it is another by now, and InvalidInput for users that cannot be.
    """
    source = await session.get(Source, source_id, with_for_update={"key_share": True}, populate_existing=True)
    if source is None:
        raise NotFound(f"There is no source {source_id}.")
    if version not in {None, source.version}:
        sentence = f"The source changed since it was read: version {version} then, {source.version} now."
        raise Stale(sentence, read=version, now=source.version)
    others = sorted(set(writers) - {owner_user_id})
    await _check_users(session, owner_user_id, others)
    await hold_until_commit(session, DECISIONS)
    before = _rights(source)
    source.trust, source.owner_user_id, source.writers = trust, owner_user_id, others
    if _rights(source) != before:
        source.version += 1
        detail = {"name": source.name, "version": source.version, "before": before, **_rights(source)}
        await session.flush()
        await record(session, actor, [Record("source.changed", source.id, SOURCE, detail=detail)])
    return source


async def _held(session: AsyncSession, name: str) -> Source | None:
    found: Source | None = await session.scalar(
        select(Source).where(Source.name == name).with_for_update(read=True).execution_options(populate_existing=True)
    )
    return found


async def _make(session: AsyncSession, name: str, actor: Actor) -> None:
    """Raises Conflict, and Forbidden for whoever has made too many."""
    look = strict_skeleton(name)
    looks = {look, name_skeleton(name)}
    alike = await session.scalar(select(Source.name).where(Source.skeleton.in_(looks)).limit(1))
    if alike is not None:
        raise Conflict(
            f"The source {name!r} would look like {alike!r}, which exists: write to that one, or choose another name."
        )
    if not actor.is_admin and await _number_of(session, actor) >= MAX_OWN_SOURCES:
        raise Forbidden(f"{actor.name} has {MAX_OWN_SOURCES} sources, which is the most: write to one of these.")
    source = Source(
        id=new_id(),
        name=name,
        skeleton=look,
        kind=SourceKind.IMPORT if actor.via in FILES else SourceKind.API,
        owner_user_id=actor.user_id,
        writers=[],
        trust=Trust.TRUSTED if actor.is_admin else Trust.UNTRUSTED,
        created_at=now(),
    )
    session.add(source)
    await session.flush()
    detail = {"name": name, "kind": source.kind, **_rights(source)}
    await record(session, actor, [Record("source.created", source.id, SOURCE, detail=detail)])


async def _number_of(session: AsyncSession, actor: Actor) -> int:
    own = select(func.count()).select_from(Source).where(Source.owner_user_id == actor.user_id)
    return await session.scalar(own) or 0


async def _check_users(session: AsyncSession, owner: int, writers: Sequence[int]) -> None:
    if len(writers) > MAX_WRITERS:
        raise InvalidInput(f"A source may be open to {MAX_WRITERS} users; these are {len(writers)}.")
    wanted = {owner, *writers}
    known = set(await session.scalars(select(User.id).where(User.id.in_(wanted))))
    if unknown := wanted - known:
        raise InvalidInput(f"There is no user {min(unknown)}.")
    if SYSTEM_USER_ID in writers:
        raise InvalidInput("The system may already write to every source.")


def _rights(source: Source) -> dict[str, Any]:
    return {"trust": source.trust, "owner_user_id": source.owner_user_id, "writers": list(source.writers)}
