"""Which chat program may send what is said into a source, and by what it proves itself."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class HookPlatform(StrEnum):
    """A chat program that sends what is said."""

    SLACK = "slack"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    MATTERMOST = "mattermost"


class SourceHook(Base):
    """The one live connection of a source. Whoever made it answers for what comes by it."""

    __tablename__ = "source_hooks"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    platform: Mapped[HookPlatform]
    secret: Mapped[str]
    """The secret by which the program signs; of Discord its public key. It leaves the database for nobody."""
    created_by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
