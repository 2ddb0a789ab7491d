"""Which changes are announced, and in which order they were."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class OutboxEntry(Base):
    """An entry of the audit log that is an event. A trigger on the log writes it, in the transaction of the change.

    No foreign key: checking 1,000 entries of which the trigger just read takes longer than writing them.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "entry_id", postgresql_where=text("sequence IS NULL")),)

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int | None] = mapped_column(unique=True)
    """The id of the event: 1, 2, 3 and so on in the order of publication, without a gap. None: not published yet."""
    published_at: Mapped[datetime | None] = mapped_column(index=True)
