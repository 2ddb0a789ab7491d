"""Events without a subject of their own."""

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.db.engine import Database
from assay.messaging.events import JobRecovered


async def recorded(session: AsyncSession, *names: str) -> None:
    """One event each."""
    await record(session, SYSTEM, [Record.of(JobRecovered(name)) for name in names])


async def recover(database: Database, *names: str, together: bool = False) -> None:
    """One event each, each in a transaction of its own, or all in one."""
    for group in [names] if together else [(name,) for name in names]:
        async with database.transaction() as session:
            await recorded(session, *group)
