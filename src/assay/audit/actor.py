"""Who acts."""

from dataclasses import dataclass
from typing import Final

from assay.db.models import SYSTEM_USER_ID, ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who signs a change: a person, an agent or the system. They differ in nothing else."""

    user_id: int
    name: str
    kind: ActorKind

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM


SYSTEM: Final = Actor(SYSTEM_USER_ID, "system", ActorKind.SYSTEM)
