"""Reads of the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import PolicyVersion, User
from assay.errors import InvalidInput, NotFound, Unavailable
from assay.policies.document import PolicyDocument, parsed


@dataclass(frozen=True, slots=True)
class InForce:
    """The newest version. Version 0 says nothing: nobody has set a rule yet."""

    version: int
    document: PolicyDocument


async def current(session: AsyncSession) -> InForce:
    """The policy at this moment. Raises Unavailable where a newer Assay wrote rules that this one does not know."""
    newest = await session.scalar(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1))
    return _read(newest) if newest else InForce(0, PolicyDocument())


async def at(session: AsyncSession, version: int) -> InForce:
    """The policy of a version. Raises NotFound."""
    if version == 0:
        return InForce(0, PolicyDocument())
    found = await session.get(PolicyVersion, version)
    if found is None:
        newest = (await current(session)).version
        raise NotFound(f"There is no version {version} of the policy: the newest is {newest}.")
    return _read(found)


async def history(session: AsyncSession, *, before: int | None = None, limit: int) -> Sequence[Row[Any]]:
    """The versions, the newest first: version, document, author, note and created_at. `before`: older than this."""
    columns = (PolicyVersion.version, PolicyVersion.document, User.name.label("author"))
    query = (
        select(*columns, PolicyVersion.note, PolicyVersion.created_at)
        .join(User, User.id == PolicyVersion.author_user_id)
        .order_by(PolicyVersion.version.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(PolicyVersion.version < before)
    return (await session.execute(query)).all()


def _read(row: PolicyVersion) -> InForce:
    try:
        return InForce(row.version, parsed(row.document))
    except InvalidInput as error:  # to decide by half of the rules would be worse than not to decide
        raise Unavailable(
            f"Version {row.version} of the policy was written by a newer Assay: upgrade this one. {error}"
        ) from None
