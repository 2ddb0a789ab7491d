"""The chain of the audit log: worked out by the program, so checked by the program."""

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit import chain

NAME: Final = "trail-chained"
SENTENCE: Final = "No entry of the trail was edited, deleted, put in or moved."


async def broken(session: AsyncSession) -> AsyncIterator[tuple[str, str]]:
    """What was written so lately that it is not chained yet is not looked at."""
    async for each in chain.verify(session):
        yield str(each.entry_id), each.why
