"""The set-based statements about runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from assay.db.bulk import as_json
from assay.db.models import FINAL_RUN_STATES, RunStatus


async def hold_interrupted_run(session: AsyncSession) -> tuple[UUID, int] | None:
    """The oldest run that is still marked as running, and how often it was resumed."""
    found = await session.execute(
        text("""
        SELECT r.id, (SELECT count(*) FROM audit_log a WHERE a.subject_id = r.id AND a.action = 'extraction.resumed')
        FROM extraction_runs r WHERE r.status = 'running' ORDER BY r.created_at, r.id LIMIT 1 FOR UPDATE OF r""")
    )
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


async def change_run(session: AsyncSession, run_id: UUID, among: Sequence[RunStatus], **values: Any) -> bool:
    """Changes a run that is in one of these states, and says whether it was."""
    changes = ", ".join(f"{name} = :{name}" for name in values)
    found = await session.scalar(
        text(f"UPDATE extraction_runs SET {changes} WHERE id = :run AND status = ANY(:among) RETURNING id"),  # noqa: S608
        {"run": run_id, "among": list(among), **values},
    )
    return found is not None


async def count_in(session: AsyncSession, run_id: UUID, dropped: Mapping[str, int], **counts: float) -> bool:
    """Adds to the counts of a run that is running, and says whether it is."""
    sums = ", ".join(f"{name} = {name} + :{name}" for name in counts)
    found = await session.scalar(
        text(f"""
        UPDATE extraction_runs SET {sums}, dropped = (
            SELECT coalesce(jsonb_object_agg(key, count), '{{}}') FROM (
                SELECT key, sum(CAST(value AS bigint)) AS count FROM (
                    SELECT * FROM jsonb_each_text(dropped) UNION ALL SELECT * FROM jsonb_each_text(:more)) AS each
                GROUP BY key) AS total)
        WHERE id = :run AND status = 'running' RETURNING id"""),  # noqa: S608  # our own names
        {"run": run_id, "more": as_json(dropped), **counts},
    )
    return found is not None


async def add_usage(session: AsyncSession, run_id: UUID, tokens: int, cost: float) -> None:
    """Counts what was used in vain, also for a run that has ended."""
    await session.execute(
        text("""
        UPDATE extraction_runs SET llm_tokens_used = llm_tokens_used + :tokens, cost_estimate = cost_estimate + :cost
        WHERE id = :run"""),
        {"run": run_id, "tokens": tokens, "cost": cost},
    )


async def is_running(session: AsyncSession, run_id: UUID) -> bool:
    return (
        await session.scalar(
            text("SELECT EXISTS (SELECT FROM extraction_runs WHERE id = :run AND status = 'running')"), {"run": run_id}
        )
        or False
    )


async def delete_empty_runs(session: AsyncSession, older_than: datetime) -> list[dict[str, Any]]:
    """Deletes old runs in a final state that have no proposals. Their messages stay, and stay read."""
    found = await session.execute(
        text("""
        DELETE FROM extraction_runs r
        WHERE r.status = ANY(:final) AND r.created_at < :older_than
            AND NOT EXISTS (SELECT FROM proposals p WHERE p.extraction_run_id = r.id)
        RETURNING r.id, r.status, r.created_at, r.messages_analyzed, r.llm_tokens_used, r.cost_estimate"""),
        {"final": list(FINAL_RUN_STATES), "older_than": older_than},
    )
    return [dict(row) for row in found.mappings()]
