"""What was said before and after a message, where it was said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import StoredMessage
from assay.extraction.sql import lookups as sql


@dataclass(frozen=True, slots=True)
class Neighbours:
    """In the order in which they were said."""

    before: list[StoredMessage] = field(default_factory=list)
    after: list[StoredMessage] = field(default_factory=list)


async def around(session: AsyncSession, ids: Sequence[UUID], *, before: int, after: int) -> dict[UUID, Neighbours]:
    """The neighbours of messages: those of its channel or, where it stands in a thread, of that. The latest versions.

    Each side is one stretch of the index of channels.
    """
    rows = await session.execute(
        sql.NEIGHBOURS,
        {"ids": list(dict.fromkeys(ids)), "before": before, "after": after},
    )
    places = rows.all()
    wanted = select(StoredMessage).where(StoredMessage.id.in_({each for _, _, each in places}))
    messages = {each.id: each for each in await session.scalars(wanted)}
    found = {each: Neighbours() for each in ids}
    for centre, later, each in places:
        (found[centre].after if later else found[centre].before).append(messages[each])
    return found
