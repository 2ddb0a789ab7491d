"""The words that back a proposal, and later the entity that keeps its id."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id


class Evidence(Base):
    """A verbatim quote of a message. Unverified: the words were not found where they were said to stand."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_proposal_id_position", "proposal_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    position: Mapped[int] = mapped_column(server_default=text("0"))
    quote: Mapped[str]
    verified: Mapped[bool]
    start_offset: Mapped[int | None]
    """Characters from the start of the message's text."""
    end_offset: Mapped[int | None]
