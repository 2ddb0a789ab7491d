"""Which proposals a request means."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from assay.db.models import DedupState, ProposalStatus, ReviewAction
from assay.kinds import AtomType, Kind
from assay.proposals.lists.filters import Filter
from assay.web.models import Moment, RequestModel, Share, UserId, Words


class ProposalFilter(RequestModel):
    """What is left out does not narrow the list."""

    status: Annotated[list[ProposalStatus], Field(min_length=1, max_length=4)] = Field(
        [ProposalStatus.PENDING], validate_default=True
    )
    review_action: ReviewAction | None = Field(None, description="How it was decided, beside a status: expired, say.")
    confidence_min: Share | None = None
    confidence_max: Share | None = None
    created_after: Moment | None = Field(None, description="From this moment on.")
    created_before: Moment | None = Field(None, description="Before this moment.")
    dedup_state: DedupState | None = None
    run: UUID | None = Field(None, description="The extraction run that proposed it.")
    source: Words | None = Field(None, description="Where it was said first.")
    channel: Words | None = Field(None, description="Where it was said first.")
    type: AtomType | None = Field(None, description="Of atoms only.")
    needs_attention: bool | None = Field(None, description="The machine has given up on it.")
    assignee: UserId | Literal["nobody"] | None = Field(None, description="Who is to decide on it.")
    text: Words | None = Field(None, description='Words of title and body; "several in a row", -without, or.')

    def of(self, kind: Kind) -> Filter:
        return Filter(
            kinds=[kind],
            statuses=list(dict.fromkeys(self.status)),
            review_action=self.review_action,
            least_confidence=self.confidence_min,
            most_confidence=self.confidence_max,
            created_after=self.created_after,
            created_before=self.created_before,
            dedup_state=self.dedup_state,
            extraction_run_id=self.run,
            source=self.source,
            channel=self.channel,
            atom_type=self.type,
            needs_attention=self.needs_attention,
            assignee=self.assignee,
            words=self.text,
        )
