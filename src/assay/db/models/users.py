"""Who decides: people, agents and the system itself."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Identity, func
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base
from assay.text.names import strict_skeleton

SYSTEM_USER_ID: Final = 1


class ActorKind(StrEnum):
    SYSTEM = "system"
    USER = "user"
    AGENT = "agent"


class Via(StrEnum):
    """By which door somebody came in."""

    SYSTEM = "system"
    COMMAND_LINE = "command line"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # a door, no secret


class Role(StrEnum):
    """What somebody may do at most. Each may what those before it may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    ADMIN = "admin"


def _look(context: DefaultExecutionContext) -> str:
    return strict_skeleton(context.get_current_parameters()["name"])  # type: ignore[no-untyped-call]


class User(Base):
    """One who can sign a decision. The system user has the fixed id 1 and can never log in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Identity(start=100), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    look: Mapped[str | None] = mapped_column(unique=True, default=_look)
    """What its name looks like. None: an older user has a name that looks the same, from before that was refused."""
    kind: Mapped[ActorKind]
    role: Mapped[Role | None]
    """None: known by name only, and may not sign in."""
    password_hash: Mapped[str | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    """Who it is at the identity provider: issuer and subject."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
