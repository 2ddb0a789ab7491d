"""What became of decisions, as it looks from outside."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from assay.proposals.outcomes import Outcome, Refusal
from assay.web.models import Decided, ResponseModel


class OutcomeView(ResponseModel):
    """What became of one proposal. `refusal` is null where the decision was carried out."""

    id: UUID
    done: bool
    message: str
    refusal: Refusal | None
    entity_id: UUID | None
    decision: Decided | None = None


class BulkAnswer(ResponseModel):
    """What became of each, or after a dry run would become of it."""

    dry_run: bool
    count: int
    """How many the request meant."""
    revision: str | None
    """Stands for exactly these proposals in exactly this state; null where they were named by id."""
    done: int
    refused: int
    items: list[OutcomeView]

    @classmethod
    def of(
        cls, outcomes: Sequence[Outcome], *, dry_run: bool, count: int | None = None, revision: str | None = None
    ) -> Self:
        """`count`: of those that were meant; left out, of the outcomes."""
        done = sum(each.done for each in outcomes)
        return cls(
            dry_run=dry_run,
            count=len(outcomes) if count is None else count,
            revision=revision,
            done=done,
            refused=len(outcomes) - done,
            items=[OutcomeView.model_validate(each) for each in outcomes],
        )
