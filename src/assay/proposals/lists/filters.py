"""Which proposals a list shows, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from assay.db.models import DedupState, Proposal, ProposalStatus, ReviewAction
from assay.db.models.proposals import FACETS
from assay.kinds import AtomType, Kind

NOBODY: Final = "nobody"


class Sort(StrEnum):
    """The orders of a list."""

    OLDEST = "created_at"
    NEWEST = "-created_at"
    MIN_SURE = "confidence"
    SUREST = "-confidence"

    @property
    def descending(self) -> bool:
        return self.startswith("-")

    @property
    def by_confidence(self) -> bool:
        return self.endswith("confidence")

    @property
    def column(self) -> Any:
        return Proposal.confidence if self.by_confidence else Proposal.created_at


class PageEnd(NamedTuple):
    """Where a page ended: the value it is ordered by, and the id."""

    value: datetime | float
    id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which proposals a list shows. What is None does not narrow."""

    kinds: Sequence[Kind] = tuple(Kind)
    statuses: Sequence[ProposalStatus] = (ProposalStatus.PENDING,)
    least_confidence: float | None = None
    most_confidence: float | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    review_action: ReviewAction | None = None
    dedup_state: DedupState | None = None
    extraction_run_id: UUID | None = None
    source: str | None = None
    channel: str | None = None
    atom_type: AtomType | None = None
    needs_attention: bool | None = None
    assignee: int | Literal["nobody"] | None = None
    """Who is to decide on it."""
    snoozed: bool | None = None
    """Put off at this moment."""
    grouped: bool = False
    """Of those that wait and say the same only the oldest: neither those that are like an earlier one that waits, nor
    those that are like the same knowledge as an earlier one."""
    words: str | None = None
    """As a person types them into a search field."""

    def by_index(self, sort: Sort) -> "Filter":
        """What of it an index in this order answers alone: a range of what the list is ordered by and, in the queue,
        one facet. The rest is checked row by row."""
        facets = [each for each in _BY_INDEX if getattr(self, each) not in {None, False, NOBODY}]
        kept = facets[:1] if tuple(self.statuses) == (ProposalStatus.PENDING,) else []
        ranges = _AGE if sort.by_confidence else _CONFIDENCE
        gone: dict[str, Any] = dict.fromkeys([*ranges, *(each for each in _BY_INDEX if each not in kept)])
        snoozed = None if self.snoozed else self.snoozed  # the few have an index of their own
        return replace(self, words=None, review_action=None, snoozed=snoozed, **gone)


_AGE: Final = ("created_after", "created_before")
_CONFIDENCE: Final = ("least_confidence", "most_confidence")
_BY_INDEX: Final = (*FACETS, "needs_attention", "assignee")
