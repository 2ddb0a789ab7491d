"""What was said before and after a message, where it was said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import StoredMessage


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
        text(f"""
        SELECT centre.id, side.later, side.id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        CROSS JOIN LATERAL (SELECT * FROM messages WHERE messages.id = wanted.id LIMIT 1) AS centre
        CROSS JOIN LATERAL (
            ({_side("<", "DESC")} LIMIT :before) UNION ALL ({_side(">", "ASC")} LIMIT :after)) AS side
        ORDER BY side.sent_at, side.id"""),  # noqa: S608  # our own fragments
        {"ids": list(dict.fromkeys(ids)), "before": before, "after": after},
    )
    places = rows.all()
    wanted = select(StoredMessage).where(StoredMessage.id.in_({each for _, _, each in places}))
    messages = {each.id: each for each in await session.scalars(wanted)}
    found = {each: Neighbours() for each in ids}
    for centre, later, each in places:
        (found[centre].after if later else found[centre].before).append(messages[each])
    return found


def _side(compare: str, order: str) -> str:
    return f"""
        SELECT m.id, m.sent_at, {compare == ">"} AS later FROM messages m
        WHERE m.source = centre.source AND m.channel = centre.channel AND m.is_latest
            AND (centre.thread IS NULL OR m.thread = centre.thread)
            AND (m.sent_at, m.id) {compare} (centre.sent_at, centre.id)
        ORDER BY m.sent_at {order}, m.id {order}"""  # noqa: S608  # our own fragments
