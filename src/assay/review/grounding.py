"""How what the machine could approve stands in its talk, read anew before each approval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message
from assay.ai.grounding.grounding import Grounding, Quoted, grounded
from assay.ai.grounding.talk import Talk
from assay.clock import now
from assay.db.bulk import as_json
from assay.extraction.sql.runs import message_of
from assay.kinds import Kind
from assay.review.sql import talk as sql
from assay.text.secrets import masked

MESSAGES_BEFORE: Final = 30
MESSAGES_AFTER: Final = 300
"""Of its channel, and of its thread, that are looked at for who speaks against a statement."""


@dataclass(slots=True)
class _Claim:
    """A proposal with its verified quotes, the messages they stand in, and what was said around them."""

    title: str
    body: str
    quotes: list[Quoted] = field(default_factory=list)
    quoted: dict[UUID, Message] = field(default_factory=dict)
    around: dict[UUID, Message] = field(default_factory=dict)

    def grounding(self, min_voices: int) -> Grounding:
        messages = sorted((self.around | self.quoted).values(), key=lambda message: message.place_in_time)
        return grounded(self.title, self.body, self.quotes, self.quoted, Talk(messages), min_voices=min_voices)

    def anchors(self, proposal_id: UUID) -> list[dict[str, Any]]:
        """Where the talk begins in each channel that is quoted."""
        first: dict[tuple[str, str], datetime] = {}
        for each in self.quoted.values():
            place = each.source, each.channel
            first[place] = min(first.get(place, each.sent_at), each.sent_at)
        return [
            {"proposal_id": proposal_id, "source": source, "channel": channel, "began": began}
            for (source, channel), began in first.items()
        ]


async def read(session: AsyncSession, ids: Sequence[UUID], *, min_voices: int) -> dict[UUID, Grounding]:
    """Weighs the atoms among pending proposals against their talk, and keeps the result beside them.

    `min_voices`: other people who must consent to a decision.
    """
    claims = await _claims(session, ids)
    await _listen(session, claims)
    found = {proposal_id: claim.grounding(min_voices) for proposal_id, claim in claims.items()}
    await _keep(session, found)
    return found


async def _claims(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, _Claim]:
    rows = await session.execute(
        sql.QUOTED,
        {"ids": list(ids), "atom": Kind.ATOM},
    )
    found: dict[UUID, _Claim] = {}
    for row in rows.mappings():
        claim = found.setdefault(row["proposal_id"], _Claim(row["title"], row["body"]))
        if row["id"] is not None:
            claim.quotes.append(Quoted(row["id"], row["start_offset"], row["end_offset"]))
            claim.quoted[row["id"]] = _message(row, edited=row["edited"] or row["superseded"])
    return found


async def _listen(session: AsyncSession, claims: Mapping[UUID, _Claim]) -> None:
    """What was said around the first quote of each channel, and after it there and in the threads, up to a limit."""
    rows = await session.execute(
        sql.HEARD,
        {
            "anchors": as_json([anchor for each, claim in claims.items() for anchor in claim.anchors(each)]),
            "quoted": as_json(
                [{"proposal_id": each, "id": quoted} for each, claim in claims.items() for quoted in claim.quoted]
            ),
            "before": MESSAGES_BEFORE,
            "after": MESSAGES_AFTER,
        },
    )
    for row in rows.mappings():
        message = _message(row, edited=row["edited"])
        for proposal_id in row["proposal_ids"]:
            claims[proposal_id].around[message.id] = message


def _message(row: RowMapping, *, edited: bool) -> Message:
    names = ("id", "source", "channel", "author", "sent_at", "text", "is_bot", "thread", "quoted")
    return message_of({**{name: row[name] for name in names}, "edited": edited})


async def _keep(session: AsyncSession, found: Mapping[UUID, Grounding]) -> None:
    await session.execute(
        sql.KEEP,
        {"at": now(), "rows": as_json(list(_rows(found)))},
    )


def _rows(found: Mapping[UUID, Grounding]) -> Iterable[dict[str, Any]]:
    for proposal_id, each in found.items():
        yield {
            "id": proposal_id,
            "unsupported": list(each.unsupported),
            "standing": each.standing.verdict,
            "standing_because": masked(each.standing.because),
        }
