"""The background jobs, a page each. Importing this registers them all."""

from assay.jobs import (
    auto_review_proposals,
    cleanup_orphaned_extractions,
    deduplication_scan,
    expire_stale_proposals,
    extract_knowledge_from_messages,
    proposal_metrics_update,
)
from assay.queue.job import JOBS
from assay.queue.run import find, run

__all__ = [
    "JOBS",
    "auto_review_proposals",
    "cleanup_orphaned_extractions",
    "deduplication_scan",
    "expire_stale_proposals",
    "extract_knowledge_from_messages",
    "find",
    "proposal_metrics_update",
    "run",
]
