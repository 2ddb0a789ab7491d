"""The vectors of everything alive, apart from the rows that people edit."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, HalfVector
from assay.kinds import Kind


class Embedding(Base):
    """The vector of a pending proposal or, under the same id, of the entity it became.

    Rejected, expired and merged proposals leave the table, so that every row is alive.
    The approximate indexes are partial, one per kind and model: see duplicates.vectors.
    """

    __tablename__ = "embeddings"
    __table_args__ = (Index("ix_embeddings_model_subject_id", "model", "subject_id"),)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    seq: Mapped[int] = mapped_column(Identity())
    """Order of arrival. An item is compared with what arrived before it, so that of two equals one stays clear."""
    text_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[object] = mapped_column(HalfVector())


class ModelState(StrEnum):
    BUILDING = "building"
    SERVING = "serving"
    RETIRED = "retired"


class EmbeddingModel(Base):
    """A model whose vectors are stored. Exactly one serves; another may be built beside it, to take its place."""

    __tablename__ = "embedding_models"
    __table_args__ = (
        Index("uq_embedding_models_serving", "state", unique=True, postgresql_where=text("state = 'serving'")),
    )

    model: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[ModelState]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    switched_at: Mapped[datetime | None]
    """When it began to serve in the place of another."""
