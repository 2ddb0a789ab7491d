"""The figures of each day, as they were measured last on it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class MetricDay(Base):
    __tablename__ = "metric_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    """In UTC."""
    figures: Mapped[dict[str, Any]]
    """By name of the target its value and of how many it is; None where there was nothing to measure."""
    measured_at: Mapped[datetime]
