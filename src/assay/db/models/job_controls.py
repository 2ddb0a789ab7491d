"""What people set on a job."""

from datetime import datetime

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class JobControl(Base):
    """One job: since when it is scheduled, and whether it is paused."""

    __tablename__ = "job_controls"

    job: Mapped[str] = mapped_column(primary_key=True)
    scheduled_since: Mapped[datetime] = mapped_column(server_default=func.now())
    """Ticks before it were never due."""
    paused_at: Mapped[datetime | None]
    paused_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
