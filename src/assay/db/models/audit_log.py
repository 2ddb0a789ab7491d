"""Every change, for ever; at the same time the outbox of live events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class AuditEntry(Base):
    """One immutable record of a change. With a channel it is also announced there, once its transaction committed."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_subject_id_id", "subject_id", "id"),
        Index("ix_audit_log_action_id", "action", "id"),
        Index("ix_audit_log_actor_user_id_id", "actor_user_id", "id"),
        Index("ix_audit_log_notifications", "at", postgresql_where=text("channel = 'system_notifications'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    """What happened, in the contract's words: the `type` of the live event."""
    entity_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    channel: Mapped[str | None]
    severity: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The payload of the live event."""
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What else the trail must know: notes, versions, the policy applied."""
    inverse: Mapped[dict[str, Any] | None]
    """What undoes the change exactly."""
