"""Who works on jobs: every worker and scheduler shows that it lives."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from assay.background_tasks import background, is_cancelled
from assay.clock import MAX_SKEW, now
from assay.db.engine import UNREACHABLE, Database
from assay.db.models import JobProcess, ProcessRole
from assay.queue.history import WORKER

BEAT_SECONDS: Final = 10.0
LIVE_FOR: Final = timedelta(seconds=2.5 * BEAT_SECONDS)
KEPT_FOR: Final = timedelta(days=1)


@asynccontextmanager
async def shown(database: Database, role: ProcessRole) -> AsyncIterator[None]:
    """Shows this process as living for the length of the block. A database that is away is no reason to end."""

    async def beat() -> None:
        while not is_cancelled():
            with suppress(*UNREACHABLE):
                async with database.transaction() as session:
                    await _show(session, role)
            await asyncio.sleep(BEAT_SECONDS)

    try:
        async with background(beat()):
            yield
    finally:
        with suppress(*UNREACHABLE):
            async with database.transaction() as session:
                await session.execute(delete(JobProcess).where(JobProcess.name == WORKER, JobProcess.role == role))


async def _show(session: AsyncSession, role: ProcessRole) -> None:
    at = now()
    adding = insert(JobProcess).values(name=WORKER, role=role, version=version("assay"), started_at=at, seen_at=at)
    await session.execute(adding.on_conflict_do_update(index_elements=["name", "role"], set_={"seen_at": at}))


async def living(session: AsyncSession, role: ProcessRole) -> Sequence[JobProcess]:
    """Those that showed themselves lately."""
    fresh = JobProcess.seen_at.between(now() - LIVE_FOR, now() + MAX_SKEW)
    found = await session.scalars(
        select(JobProcess).where(JobProcess.role == role, fresh).order_by(JobProcess.started_at)
    )
    return found.all()


async def prune_processes(session: AsyncSession) -> None:
    await session.execute(delete(JobProcess).where(~JobProcess.seen_at.between(now() - KEPT_FOR, now() + MAX_SKEW)))
