"""What people said of pairs of statements."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base
from assay.kinds import Kind


class PairVerdict(Base):
    """Two texts and whether they say the same. It holds for the texts, whoever proposes them again.

    The words are kept beside it, so that the scorer can be measured against it after the originals have changed.
    """

    __tablename__ = "pair_verdicts"
    __table_args__ = (CheckConstraint("first_hash <= second_hash", name="in_order"),)

    kind: Mapped[Kind] = mapped_column(primary_key=True)
    first_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    second_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    same: Mapped[bool]
    first_title: Mapped[str]
    first_body: Mapped[str]
    second_title: Mapped[str]
    second_body: Mapped[str]
    decided_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    notes: Mapped[str | None]
