"""Ids as people type them: tables show the last eight characters."""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.db import sql
from assay.errors import InvalidInput, NotFound

NOUNS: Final = {"proposals": "proposal", "extraction_runs": "extraction run"}
CHARACTERS: Final = frozenset("0123456789abcdef-")


async def full_ids(
    session: AsyncSession, table: Literal["proposals", "extraction_runs"], parts: Sequence[str], noun: str | None = None
) -> list[UUID]:
    """The rows whose ids are, or end in, what a person typed.

    `noun`: what a person calls such a row here. Raises NotFound or InvalidInput, naming the one that does not fit.
    """
    noun = noun or NOUNS[table]
    typed = [each.strip().lower() for each in parts]
    for part in typed:
        if len(part) < 4 or not set(part) <= CHARACTERS:
            article = "an" if noun[0] in "aeiou" else "a"
            raise InvalidInput(
                f"{part!r} is not {article} {noun}'s id: "
                "give the id, or at least its last four characters (0 to 9, a to f)."
            )
    rows = await session.execute(sql.ending_in(table), {"parts": typed})
    found: dict[str, list[UUID]] = dict(rows.tuples().all())
    return [_only(noun, part, found.get(part, [])) for part in typed]


def _only(noun: str, part: str, ids: Sequence[UUID]) -> UUID:
    if not ids:
        raise NotFound(f"There is no {noun} {part}.")
    if len(ids) > 1:
        raise InvalidInput(f"{len(ids)} {noun}s' ids end in {part!r}: give more of it.")
    return ids[0]
