"""Pending claims held against their evidence, when their words or their evidence change."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json
from assay.kinds import Kind
from assay.proposals.sql import evidence as sql
from assay.readers.quotes import in_own_words


async def hold_against_evidence(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Keeps what only the claim or only its evidence says. How it stands in its talk is to be read anew."""
    from assay.ai.grounding.support import Ground, unsupported  # a lexicon that most commands do not need

    found = await session.execute(
        sql.GROUNDS,
        {"ids": list(ids), "atom": Kind.ATOM},
    )
    rows = [
        {"id": each.id, "unsupported": unsupported(each.title, each.body, grounds) if grounds else []}
        for each in found
        for grounds in [
            [
                Ground.heard(in_own_words(text, quoted), start, end, people or ())
                for text, quoted, start, end, people in each.grounds
            ]
        ]
    ]
    await session.execute(
        sql.KEEP_UNSUPPORTED,
        {"rows": as_json(rows)},
    )
