"""Where messages come from, and who may say that they do."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, func, text
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base, new_id
from assay.kinds import Trust


class SourceKind(StrEnum):
    """How its first messages came in."""

    IMPORT = "import"
    API = "api"


class Source(Base):
    """The name under which messages are known. Without a row here a source is nobody's and not trusted."""

    __tablename__ = "sources"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    skeleton: Mapped[str] = mapped_column(index=True)
    """What it looks like: no new source may look like another."""
    kind: Mapped[SourceKind]
    owner_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    writers: Mapped[list[int]] = mapped_column(server_default=text("'{}'"))
    """Ids of the users who may write to it besides its owner and the admins."""
    trust: Mapped[Trust]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
