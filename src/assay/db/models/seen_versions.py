"""Which version of a proposal somebody has seen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class SeenVersion(Base):
    __tablename__ = "seen_versions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    version: Mapped[int]
    seen_at: Mapped[datetime]
