"""What proves that the trail is as it was written."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class AuditLink(Base):
    """A link of the chain: an entry of the audit log as it was, bound to all links before.

    No foreign key: an entry that somebody deleted must leave its link behind.
    """

    __tablename__ = "audit_chain"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 and so on, without a gap."""
    entry_id: Mapped[int] = mapped_column(index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of what the entry says."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the hash of the link before and the digest."""
    redacted: Mapped[bool]
    """A further link of the same entry: what it says after words in it were erased."""


class UnchainedEntries(Base):
    """The entries that one statement wrote. A trigger on the audit log notes them, until they are chained."""

    __tablename__ = "audit_unchained"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_ids: Mapped[list[int]]
