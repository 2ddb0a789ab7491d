"""Where something was said, edited or erased since the machine last looked whether what it approved still stands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class ChangedTalk(Base):
    """A channel. Kept until all that the machine approved from around the change was looked at."""

    __tablename__ = "changed_talks"
    __table_args__ = (Index("ix_changed_talks_order", "failures", "changed_at"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    """When the first of the changed messages was sent."""
    until: Mapped[datetime]
    """When the last of them was sent."""
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    looked_up_to: Mapped[UUID | None]
    """The last of the atoms that were looked at since the change."""
    failures: Mapped[int] = mapped_column(server_default=text("0"))
