"""The statements about runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.models import FINAL_RUN_STATES, AuditEntry, Proposal, RunStatus
from assay.db.models import KnowledgeExtractionRun as Run


async def hold_interrupted_run(session: AsyncSession) -> tuple[UUID, int] | None:
    """The oldest run that is still marked as running, and how often it was resumed."""
    resumes = select(func.count()).where(AuditEntry.subject_id == Run.id, AuditEntry.action == "extraction.resumed")
    oldest = (
        select(Run.id, resumes.scalar_subquery())
        .where(Run.status == RunStatus.RUNNING)
        .order_by(Run.created_at, Run.id)
        .limit(1)
        .with_for_update(of=Run)
    )
    row = (await session.execute(oldest)).one_or_none()
    return (row[0], row[1]) if row else None


async def change_run(session: AsyncSession, run_id: UUID, among: Sequence[RunStatus], **values: Any) -> bool:
    """Changes a run that is in one of these states, and says whether it was."""
    change = update(Run).where(Run.id == run_id, Run.status.in_(among)).values(**values).returning(Run.id)
    return await session.scalar(change) is not None


async def add_usage(session: AsyncSession, run_id: UUID, tokens: int, cost: float) -> None:
    """Counts what was used in vain, also for a run that has ended."""
    used = {Run.llm_tokens_used: Run.llm_tokens_used + tokens, Run.cost_estimate: Run.cost_estimate + cost}
    await session.execute(update(Run).where(Run.id == run_id).values(used))


async def is_running(session: AsyncSession, run_id: UUID) -> bool:
    running = exists().where(Run.id == run_id, Run.status == RunStatus.RUNNING)
    return await session.scalar(select(running)) or False


async def unfinished_runs(session: AsyncSession) -> list[UUID]:
    unfinished = Run.status.in_((RunStatus.PENDING, RunStatus.RUNNING))
    return list(await session.scalars(select(Run.id).where(unfinished)))


async def delete_empty_runs(session: AsyncSession, older_than: datetime) -> list[dict[str, Any]]:
    """Deletes old runs in a final state that have no proposals. Their messages stay, and stay read."""
    proposed = exists().where(Proposal.extraction_run_id == Run.id)
    empty = Run.status.in_(FINAL_RUN_STATES), Run.created_at < older_than, ~proposed
    kept = (Run.id, Run.status, Run.created_at, Run.messages_analyzed, Run.llm_tokens_used, Run.cost_estimate)
    deleted = await session.execute(delete(Run).where(*empty).returning(*kept))
    return [dict(row) for row in deleted.mappings()]
