"""Importing this registers every job."""

from assay.jobs import (
    auto_review_proposals,
    cleanup_orphaned_extractions,
    deduplication_scan,
    expire_stale_proposals,
    extract_knowledge_from_messages,
    proposal_metrics_update,
)

__all__ = [
    "auto_review_proposals",
    "cleanup_orphaned_extractions",
    "deduplication_scan",
    "expire_stale_proposals",
    "extract_knowledge_from_messages",
    "proposal_metrics_update",
]
