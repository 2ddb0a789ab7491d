"""What reading may still cost: the budgets of the settings, less what the runs of this day have cost."""

from datetime import datetime, time, timedelta
from math import inf
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import func

from assay.ai.budget import Budget
from assay.clock import now
from assay.db.models import KnowledgeExtractionRun
from assay.settings import Settings

OF_A_RUN: Final = "The budget of a run"
OF_TODAY: Final = "The budget of this day in UTC"


async def for_run(session: AsyncSession, settings: Settings, run_id: UUID) -> Budget:
    """What a run may still cost: of its own budget, or of the day's where that is less."""
    per_run, per_day = settings.assay_llm_budget_per_run, settings.assay_llm_budget_per_day
    cost = await session.scalar(select(KnowledgeExtractionRun.cost_estimate).filter_by(id=run_id))
    of_run = Budget(inf if per_run is None else per_run, OF_A_RUN, spent=cost or 0.0)
    if per_day is None:
        return of_run
    of_today = Budget(per_day, OF_TODAY, spent=await spent_today(session))
    return min(of_today, of_run, key=lambda each: each.left)


async def spent_today(session: AsyncSession) -> float:
    """US dollars of all runs that were started since midnight UTC."""
    spent = select(func.sum(KnowledgeExtractionRun.cost_estimate)).where(_is_of_today())
    return float(await session.scalar(spent) or 0.0)


async def is_stopped_today(session: AsyncSession, settings: Settings, extractor: str) -> bool:
    """Whether a run of this extractor has said today that this budget is used up: another would only say it again."""
    if settings.assay_llm_budget_per_day is None:
        return False
    said = Budget(settings.assay_llm_budget_per_day, OF_TODAY).name
    last = (
        select(KnowledgeExtractionRun.error)
        .where(_is_of_today(), KnowledgeExtractionRun.extractor == extractor)
        .order_by(KnowledgeExtractionRun.started_at.desc(), KnowledgeExtractionRun.id.desc())
        .limit(1)
    )
    return (await session.scalar(last) or "").startswith(said)


def _is_of_today() -> ColumnElement[bool]:
    """Whether a run was started on this day in UTC. One of a day to come was dated by a clock that was ahead."""
    at = now()
    midnight = datetime.combine(at, time.min, at.tzinfo)
    began = KnowledgeExtractionRun.started_at
    return (began >= midnight) & (began < midnight + timedelta(days=1))
