"""Who decides: people, agents and the system itself."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base

SYSTEM_USER_ID: Final = 1


class ActorKind(StrEnum):
    SYSTEM = "system"
    USER = "user"
    AGENT = "agent"


class User(Base):
    """One who can sign a decision. The system user has the fixed id 1 and can never log in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Identity(start=100), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ActorKind]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
