"""A decision on many proposals, carried out a portion at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id


class BulkDecision(Base):
    """What was asked for, how far it is, and what became of it. A portion and its count are one transaction."""

    __tablename__ = "bulk_decisions"
    __table_args__ = (Index("ix_bulk_decisions_user_id_created_at", "user_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    proposal_ids: Mapped[list[UUID]]
    """All that it means, in the order in which they are taken."""
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    """How many of them were carried out or refused."""
    done_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"))
    refusals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """By id of the proposal the sentence that says why."""
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("bulk_decisions.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
