"""The rules by which the system approves alone. Pure: facts in, verdict out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from assay.db.models import DedupState, Recommendation
from assay.settings import Settings


class Hold(StrEnum):
    """Why a proposal waits for a person, in the words a person reads."""

    BELOW_THRESHOLD = "confidence below the threshold"
    NEEDS_ATTENTION = "needs attention"
    RETRIED_LATER = "failed, retried later"
    NOT_SCANNED = "not scanned"
    DUPLICATE = "duplicate"
    SAYS_MERGE = "recommendation says merge"
    SAYS_REJECT = "recommendation says reject"
    UNVERIFIED = "unverified evidence"
    TOPIC_PENDING = "topic not approved yet"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the policy knows of a pending proposal."""

    confidence: float
    dedup_state: DedupState
    scan_is_current: bool
    """The dedup state was given by today's embedding model and scorer."""
    recommendation: Recommendation
    quotes: int
    verified_quotes: int
    topic_is_pending: bool
    needs_attention: bool
    backs_off: bool


@dataclass(frozen=True, slots=True)
class Policy:
    enabled: bool
    threshold: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            enabled=settings.knowledge_auto_approval_enabled,
            threshold=settings.knowledge_auto_approval_confidence_threshold,
        )

    def as_applied(self) -> dict[str, Any]:
        """The rules as they stand in the trail of each decision."""
        return {"threshold": self.threshold}

    def hold(self, facts: Facts) -> Hold | None:
        """Why the proposal may not be approved by the system alone; None when it may.

        Held is, in this order, what
        1. failed so often that it needs a person,
        2. failed lately and backs off,
        3. looks like something known or proposed earlier,
        4. was not scanned for duplicates under today's model,
        5. its extractor would merge or reject,
        6. has no quote, or one that was not found in its message,
        7. belongs to a topic that is not approved yet,
        8. is less sure than the threshold.
        """
        if facts.needs_attention:
            return Hold.NEEDS_ATTENTION
        if facts.backs_off:
            return Hold.RETRIED_LATER
        if reason := _unclear_identity(facts) or _unproven(facts):
            return reason
        return Hold.BELOW_THRESHOLD if facts.confidence < self.threshold else None


def _unclear_identity(facts: Facts) -> Hold | None:
    if facts.dedup_state is DedupState.DUPLICATE:
        return Hold.DUPLICATE
    if facts.dedup_state is not DedupState.CLEAR or not facts.scan_is_current:
        return Hold.NOT_SCANNED
    return None


def _unproven(facts: Facts) -> Hold | None:
    if facts.recommendation is Recommendation.MERGE:
        return Hold.SAYS_MERGE
    if facts.recommendation is Recommendation.REJECT:
        return Hold.SAYS_REJECT
    if facts.quotes == 0 or facts.verified_quotes < facts.quotes:
        return Hold.UNVERIFIED
    if facts.topic_is_pending:
        return Hold.TOPIC_PENDING
    return None
