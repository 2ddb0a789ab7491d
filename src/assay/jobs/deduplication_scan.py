"""What is like something known or proposed earlier is marked before anybody decides."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import SYSTEM
from assay.clock import now
from assay.duplicates import scan
from assay.duplicates.active_model import activate_if_none, scorer_version
from assay.proposals import failures, queries
from assay.queue.context import JobContext
from assay.queue.job import Statistics, job

log = structlog.get_logger(__name__)

MAX_HOLD_SECONDS: Final = 1.0
"""Seconds for which a batch shall hold the lock of the decisions: people wait for it."""


@job(
    "deduplication_scan",
    cron="*/30 * * * *",
    grace=timedelta(minutes=20),
    timeout=timedelta(minutes=5),
    retry_delays=(10, 10),
    statistics=("proposals_scanned", "duplicates_found", "embeddings_generated", "errors"),
    count_failing=queries.count_failing,
)
async def deduplication_scan(context: JobContext) -> Statistics:
    """Find and mark proposals that say what an entity or an older proposal says."""
    scanned = duplicates = 0
    began = now()  # what fails rests until another run, however long this one takes
    limit = context.settings.knowledge_dedup_batch_size
    threshold = context.settings.knowledge_dedup_similarity_threshold
    embedded, size = 0, limit

    async def act(session: AsyncSession, ids: Sequence[UUID]) -> scan.ScanOutcome:
        async with context.database.extra_connection() as extra:
            return await scan.scan(session, ids, model=model, threshold=threshold, actor=SYSTEM, extra_connection=extra)

    async with context.database.transaction() as session:
        model = await activate_if_none(session, context.deps.embedder.model)
        embedder = await context.deps.serving_embedder(session)
        context.begin(await queries.count_unscanned(session, await scorer_version(session, model)))
    _warn_unless_configured(model, context.deps.embedder.model)
    if embedder:
        from assay.duplicates.calibration import ensure_calibrated  # slow to import

        await ensure_calibrated(context.database, embedder)
    while not context.time_is_up:
        generated = await scan.embed_missing(context.database, embedder, limit) if embedder else 0
        embedded += generated
        async with context.database.transaction() as session:
            ids = await scan.next_batch(session, model=model, limit=size, at=began)
        if not (ids or generated):
            break
        failed_before, started = len(context.failed), monotonic()
        for outcome in await context.isolate(ids, act, done=lambda outcome: outcome.scanned):
            scanned += outcome.scanned
            duplicates += outcome.duplicates
        size = fitting(size, monotonic() - started, limit)
        async with context.database.transaction() as session:
            await failures.note_failed_scans(session, context.failed[failed_before:])
        context.advance(len(ids))
    return {
        "proposals_scanned": scanned,
        "duplicates_found": duplicates,
        "embeddings_generated": embedded,
        "errors": len(context.failed),
    }


def fitting(size: int, seconds: float, most: int) -> int:
    """How many the next batch has, where one of this size took so long. Long texts that are all alike take longest."""
    if seconds > MAX_HOLD_SECONDS:
        return max(1, size // 2)
    return min(most, 2 * size) if seconds < MAX_HOLD_SECONDS / 4 else size


def _warn_unless_configured(serving: str, configured: str) -> None:
    if serving != configured:
        log.warning(
            "The embedding model of the settings is not active yet: run assay reembed",
            serving=serving,
            configured=configured,
        )
