"""The rules by which the system approves alone. Pure: facts in, verdict out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from assay.db.models import DedupState, Recommendation
from assay.policies.queries import InForce
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
    version: int = 0

    @classmethod
    def of(cls, settings: Settings, in_force: InForce) -> Self:
        """What people set goes before the environment, save that the environment can switch off for good."""
        document, threshold = in_force.document, in_force.document.auto_approval_threshold
        return cls(
            enabled=settings.knowledge_auto_approval_enabled and document.auto_approval_enabled is not False,
            threshold=settings.knowledge_auto_approval_confidence_threshold if threshold is None else threshold,
            version=in_force.version,
        )

    def as_applied(self) -> dict[str, Any]:
        """The rules as they stand in the trail of each decision."""
        return {"version": self.version, "threshold": self.threshold}

    def hold(self, facts: Facts) -> Hold | None:
        """The first reason why the system may not approve the proposal alone; None when it may."""
        return next(iter(self.reasons(facts)), None)

    def reasons(self, facts: Facts) -> list[Hold]:
        """Everything that stands against approval by the system alone.

        In this order, what
        1. failed so often that it needs a person,
        2. failed lately and backs off,
        3. looks like something known or proposed earlier,
        4. was not scanned for duplicates under today's model,
        5. its extractor would merge or reject,
        6. has no quote, or one that was not found in its message,
        7. belongs to a topic that is not approved yet,
        8. is less sure than the threshold.
        """
        unclear = facts.dedup_state is not DedupState.CLEAR or not facts.scan_is_current
        duplicate = facts.dedup_state is DedupState.DUPLICATE
        conditions = (
            (Hold.NEEDS_ATTENTION, facts.needs_attention),
            (Hold.RETRIED_LATER, facts.backs_off and not facts.needs_attention),
            (Hold.DUPLICATE, duplicate),
            (Hold.NOT_SCANNED, unclear and not duplicate),
            (Hold.SAYS_MERGE, facts.recommendation is Recommendation.MERGE),
            (Hold.SAYS_REJECT, facts.recommendation is Recommendation.REJECT),
            (Hold.UNVERIFIED, facts.quotes == 0 or facts.verified_quotes < facts.quotes),
            (Hold.TOPIC_PENDING, facts.topic_is_pending),
            (Hold.BELOW_THRESHOLD, facts.confidence < self.threshold),
        )
        return [reason for reason, holds in conditions if holds]
