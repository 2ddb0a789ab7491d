"""What several API processes must know of each other's requests."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class RateLimit(Base):
    """How much of its allowance a key has used: the moment at which all of it is free again."""

    __tablename__ = "rate_limits"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  # a crash forgives

    key: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyKey(Base):
    """The answer to a write, kept for a client that asks again because it never saw it."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Digest of method, path and body: a key stands for one request. Of a write with a secret without the body."""
    status: Mapped[int | None]
    """None: the answer is not kept, for the write had to do with a secret."""
    answer: Mapped[str | None]
    etag: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
