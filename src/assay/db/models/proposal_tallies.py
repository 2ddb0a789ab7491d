"""Counts of proposals, kept by statement triggers so that the metrics cost nothing however many rows there are."""

from sqlalchemy import Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base
from assay.db.models.proposals import ProposalStatus
from assay.kinds import Kind


class ProposalTally(Base):
    """A difference to the counts. The sum over all rows is the truth.

    Writers only ever insert, so that two transactions never wait for each other; the metrics job folds the rows.
    """

    __tablename__ = "proposal_tallies"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[Kind]
    status: Mapped[ProposalStatus]
    review_action: Mapped[str] = mapped_column(String(20))
    """Empty where there is none."""
    auto_approved: Mapped[bool]
    auto_reverted: Mapped[bool]
    flagged: Mapped[bool]
    """Marked as a duplicate."""
    proposals: Mapped[int]
    confidence_millionths: Mapped[int]
