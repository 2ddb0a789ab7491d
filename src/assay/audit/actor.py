"""Who acts."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.db.models import SYSTEM_USER_ID, ActorKind, Via


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who signs a change: a person, an agent or the system, and by which door they came."""

    user_id: int
    name: str
    kind: ActorKind
    via: Via = Via.SESSION
    token_id: UUID | None = None
    is_admin: bool = False
    """May do everything; what this one brings in is trusted."""

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM


SYSTEM: Final = Actor(SYSTEM_USER_ID, "system", ActorKind.SYSTEM, Via.SYSTEM, is_admin=True)
