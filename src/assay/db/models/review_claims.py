"""Who is reading a proposal now, so that the next one reads another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class ReviewClaim(Base):
    """Soft: it ends by itself, and keeps nobody from deciding."""

    __tablename__ = "review_claims"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
