"""What people said of pairs, remembered until one of the texts changes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.clock import now
from assay.db.bulk import as_json
from assay.duplicates.claim import Claim
from assay.duplicates.scorer import Pair
from assay.duplicates.sql import verdicts as sql


async def dismissed(session: AsyncSession, pairs: Sequence[Pair]) -> set[tuple[UUID, UUID]]:
    """The ids of those pairs of which a person said, in these very words, that they are not the same."""
    if not pairs:
        return set()
    keys = [sorted((proposal.text_hash, candidate.text_hash)) for proposal, candidate in pairs]
    rows = await session.execute(
        sql.DISMISSED,
        {"firsts": [first for first, _ in keys], "seconds": [second for _, second in keys]},
    )
    known = {tuple(row) for row in rows}
    return {
        (proposal.id, candidate.id)
        for (proposal, candidate), key in zip(pairs, keys, strict=True)
        if (proposal.kind, *key) in known
    }


async def remember(
    session: AsyncSession, pairs: Sequence[Pair], *, same: bool, actor: Actor, notes: str | None
) -> None:
    """Keeps a person's verdict on pairs. The last one said of two texts counts."""
    rows = [{**_row(*pair), "notes": notes} for pair in pairs]
    await session.execute(
        sql.REMEMBER,
        {"rows": as_json(rows), "same": same, "user": actor.user_id, "at": now()},
    )


async def forget(session: AsyncSession, one: Claim, other: Claim) -> bool:
    """Takes back that the two are not the same. False: nobody said so of these words."""
    return (await session.execute(sql.FORGET, _row(one, other))).first() is not None


def _row(one: Claim, other: Claim) -> dict[str, Any]:
    first, second = sorted((one, other), key=lambda claim: claim.text_hash)
    return {
        "kind": first.kind,
        "first_hash": first.text_hash,
        "second_hash": second.text_hash,
        "first_title": first.title,
        "first_body": first.body,
        "second_title": second.title,
        "second_body": second.body,
    }
