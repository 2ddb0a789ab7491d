"""Vectors of texts, whoever asked for them."""

from datetime import datetime

from sqlalchemy import Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, HalfVector


class CachedVector(Base):
    """What a model made of a text, so that it is never asked for the same text twice. The longest unused go first."""

    __tablename__ = "cached_vectors"
    __table_args__ = (Index("ix_cached_vectors_used_at", "used_at"),)

    model: Mapped[str] = mapped_column(primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[object] = mapped_column(HalfVector())
    used_at: Mapped[datetime] = mapped_column(server_default=func.now())
