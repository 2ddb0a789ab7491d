"""The folded words by which equal statements find each other: worked out by the program, so checked by the program."""

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import Entity, Proposal
from assay.kinds import Kind, folded, identity_key

NAME: Final = "keys"
SENTENCE: Final = "The keys of proposals and of knowledge are those of their words."
ROWS_AT_ONCE: Final = 2_000


async def broken(session: AsyncSession) -> AsyncIterator[tuple[str, str]]:
    """The id of each record whose keys are of other words, and which key; a portion of rows in memory at a time."""
    for table in (Proposal, Entity):
        columns = table.id, table.kind, table.title, table.body, table.title_key, table.identity_key
        rows = await session.stream(select(*columns).execution_options(yield_per=ROWS_AT_ONCE))
        async for row in rows:
            erased = row.identity_key == row.id.hex
            if not erased and (wrong := _wrong(*row[1:])):
                yield str(row.id), f"the {wrong} in {table.__tablename__}"


def _wrong(kind: Kind, title: str, body: str, title_key: str, key: str) -> str | None:
    if title_key != folded(title):
        return "key of its title"
    return None if key == identity_key(kind, title, body) else "key of what it says"
