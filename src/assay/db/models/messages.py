"""What people and machines said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id
from assay.db.models.users import Via

MAX_FAILED_READS = 5
UNREAD = sql(f"extraction_run_id IS NULL AND read_at IS NULL AND is_latest AND failed_reads < {MAX_FAILED_READS}")
FAILING = sql("failed_reads > 0 AND read_at IS NULL AND is_latest")

MESSAGE_WORDS = sql("to_tsvector('english'::regconfig, \"left\"(text, 100000))")
"""What a search looks through. More than that of one text no index could hold."""


class ErasedMessage(Base):
    """A message that was erased, or deleted by its author before it came in, so that it stays out.

    Says neither whose it was nor what it said.
    """

    __tablename__ = "erased_messages"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of its source and its id there."""


class StoredMessage(Base):
    """One chat line, mail or note. Its words never change: an edit is a new version of it."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("source", "external_id", "version"),
        Index("ix_messages_failing", "id", postgresql_where=FAILING),
        Index("ix_messages_words", MESSAGE_WORDS, postgresql_using="gin", postgresql_where=sql("is_latest")),
        Index("ix_messages_unread", "failed_reads", "sent_at", "id", postgresql_where=UNREAD),
        Index("ix_messages_name", sql("lower(author)"), sql("(is_bot::int)")),
        Index("ix_messages_first_name", sql("lower(split_part(author, ' ', 1))"), sql("(is_bot::int)")),
        Index("ix_messages_channel_sent_at", "source", "channel", "sent_at"),
        Index(
            "ix_messages_author_id",
            "source",
            "author_id",
            "ingested_at",
            postgresql_where=sql("author_id IS NOT NULL"),
        ),
        Index("ix_messages_import_id", "import_id", postgresql_where=sql("import_id IS NOT NULL")),
        Index("ix_messages_sent_at", "sent_at", "id"),
        Index(
            "ix_messages_thread_sent_at",
            "source",
            "channel",
            "thread",
            "sent_at",
            postgresql_where=sql("thread IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]
    external_id: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    is_latest: Mapped[bool] = mapped_column(server_default=sql("true"))
    channel: Mapped[str]
    author: Mapped[str]
    """The first name that its `author_id` was known by in the source: one person has one name there."""
    sent_at: Mapped[datetime]
    text: Mapped[str]
    thread: Mapped[str | None]
    is_bot: Mapped[bool] = mapped_column(server_default=sql("false"))
    author_id: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    """When its author changed it last, where the source says so."""
    quoted: Mapped[list[list[int]] | None] = mapped_column(JSONB)
    """Start and end of words of the text that are not its author's: quoted, forwarded, a signature."""
    forwarded_from: Mapped[str | None]
    permalink: Mapped[str | None]
    reactions: Mapped[dict[str, list[str]] | None] = mapped_column(JSONB)
    """Who reacted, by the name of the reaction. They are no evidence."""
    written_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who wrote this version into Assay, which is not who said it. None: it came in before that was kept."""
    written_via: Mapped[Via | None]
    written_by_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_tokens.id"))
    import_id: Mapped[UUID | None]
    """The uploaded export that it came in with."""
    ingested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    extraction_run_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("extraction_runs.id", ondelete="SET NULL"), index=True
    )
    """The run that reads it or has read it, as long as that is on record."""
    read_at: Mapped[datetime | None]
    """When a run that read it was completed. It is then never read again, even if that run is deleted."""
    read_by: Mapped[str | None]
    """The extractor that read it, and the version of its prompt, even if the run is deleted."""
    read_prompt: Mapped[str | None]
    failed_reads: Mapped[int] = mapped_column(server_default=sql("0"))
    """Runs over it that failed. At MAX_FAILED_READS it waits for a person."""
