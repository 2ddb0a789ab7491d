"""Jobs that a change asked for."""

from datetime import datetime

from sqlalchemy import Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class JobRequest(Base):
    """Written in the transaction of the change, so that it is asked for if and only if the change happened.

    A row goes when a run that starts after it has been queued. Many rows of a job make one run.
    """

    __tablename__ = "job_requests"
    __table_args__ = (Index("ix_job_requests_job", "job"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    job: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    trace: Mapped[str | None]
    """The traceparent of what asked, where traces are exported."""
