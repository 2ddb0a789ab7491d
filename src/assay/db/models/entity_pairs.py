"""Approved entities that say the same, as far as a machine can tell."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base
from assay.db.models.proposals import SimilarityType


class EntityPair(Base):
    """Two entities of a kind that are alike. Nothing follows from it but that a person may look."""

    __tablename__ = "entity_pairs"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True)
    """The older one."""
    second_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True, index=True)
    score: Mapped[float]
    type: Mapped[SimilarityType]
    explanation: Mapped[str]
    scorer: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EntityScan(Base):
    """The last look at an entity. Other words or another scorer: it is to be looked at anew."""

    __tablename__ = "entity_scans"

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), primary_key=True)
    scorer: Mapped[str]
    text_hash: Mapped[str] = mapped_column(String(64))
    scanned_at: Mapped[datetime] = mapped_column(server_default=func.now())
