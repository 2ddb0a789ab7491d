"""Where users signed in: so that what strangers try in their name does not keep them out."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assay.db.base import Base


class KnownPlace(Base):
    """An address, or the digest of what a device keeps. Forgotten after a while, and with a new password."""

    __tablename__ = "known_places"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True, index=True)
    last_used_at: Mapped[datetime]
