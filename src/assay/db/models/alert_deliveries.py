"""What was sent to the outside about a failure, and what still is to be."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    MUTED = "muted"
    GIVEN_UP = "given_up"


class AlertDelivery(Base):
    """One system notification on its way to one receiver."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        UniqueConstraint("audit_id", "receiver"),
        Index("ix_alert_deliveries_due", "receiver", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_alert_deliveries_told", "receiver", "subject", "created_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"))
    receiver: Mapped[str]
    subject: Mapped[str]
    """The job or the server that it is about."""
    complaint: Mapped[str | None]
    """What is wrong, without its figures: equal complaints are told once a day. None: it works again."""
    state: Mapped[DeliveryState]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
