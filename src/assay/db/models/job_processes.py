"""The processes that work on jobs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class ProcessRole(StrEnum):
    WORKER = "worker"
    SCHEDULER = "scheduler"


class JobProcess(Base):
    """A worker or a scheduler. It lives while `seen_at` is fresh."""

    __tablename__ = "job_processes"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[ProcessRole] = mapped_column(primary_key=True)
    version: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
