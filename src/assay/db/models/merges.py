"""What was merged into what, and everything that undoes it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base
from assay.kinds import Kind

IN_FORCE: Final = text("undone_at IS NULL")
NOTHING_MOVED: Final = text("""'{"filings": [], "links": []}'""")


class Merge(Base):
    """A proposal or an entity that went into an entity. Later merges have higher ids."""

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint("source_id <> target_id", name="not_into_itself"),
        Index("uq_merges_source_in_force", "source_id", unique=True, postgresql_where=IN_FORCE),
        Index("ix_merges_target_in_force", "target_id", postgresql_where=IN_FORCE),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[Kind]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    of_entity: Mapped[bool]
    """The source was approved knowledge; else a pending proposal."""
    target_id: Mapped[UUID] = mapped_column(ForeignKey("entities.id"), index=True)
    choices: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """Keep, take or both, by field. A field that is not named was kept."""
    changed: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The target's fields that the merge wrote, each with its value before and after."""
    brought: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING_MOVED)
    """The filings and links that the target has because of the source. `own`: it had none such but for merges."""
    removed: Mapped[dict[str, Any]] = mapped_column(server_default=NOTHING_MOVED)
    """The filings and links that the source had, as they were."""
    repointed: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"))
    """Entities merged into the source before, which name the target since."""
    merged_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    merged_at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    undone_at: Mapped[datetime | None]
